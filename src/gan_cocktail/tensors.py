"""Tensors and the facts about them in one safetensors file: weights that cannot run code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file
from torch import Tensor

from gan_cocktail.facts import KEY, read_facts
from gan_cocktail.files import atomic


def save_tensors(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Write tensors with JSON-able facts, atomically; the same content is the same bytes."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic(path) as temporary:
        save_file(plain, temporary, {KEY: json.dumps(facts)})


def load_tensors(path: Path, what: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (tensors, facts); CocktailError if there is no such file or it is not `what` of this project."""
    facts = read_facts(path, what)
    return load_file(path), facts


def with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under a prefix, by the rest of their names."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
