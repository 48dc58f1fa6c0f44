"""Tensors and the facts about them in one safetensors file: weights that cannot run code."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import KEY, read_facts
from gan_cocktail.files import atomic


def save_tensors(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Write tensors with JSON-able facts, atomically; the same content is the same bytes. OSError as `atomic`."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic(path) as temporary:
        try:
            save_file(plain, temporary, {KEY: json.dumps(facts)})
        except SafetensorError as e:  # as the system's error that it tells of
            found = re.search(r"os error (\d+)", str(e))
            number = int(found[1]) if found else None
            raise OSError(number, os.strerror(number) if number else str(e)) from e


def load_tensors(path: Path, what: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (tensors, facts); CocktailError if there is no such file or it is not `what` of this project."""
    facts = read_facts(path, what)
    return load_file(path), facts


def check_finite(tensors: Mapping[str, Tensor], path: Path) -> None:
    """Raise CocktailError, naming the first tensor of `path` that holds a number that is not finite."""
    for name, tensor in tensors.items():
        if not tensor.isfinite().all():
            raise CocktailError(f"{path}: tensor {name} holds numbers that are not finite; make it of sound files")


def with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under a prefix, by the rest of their names."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
