"""Tensors and the facts about them in one safetensors file: weights that cannot run code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic, require

KEY = "gan_cocktail"  # the one metadata entry: the order of several would change from run to run


def save_tensors(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Write tensors with JSON-able facts, atomically; the same content is the same bytes."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic(path) as temporary:
        save_file(plain, temporary, {KEY: json.dumps(facts)})


def load_tensors(path: Path, what: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Read (tensors, facts); CocktailError if there is no such file or it is not `what` of this project."""
    try:
        with safe_open(require(path), "pt") as f:
            metadata = f.metadata() or {}
            tensors = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118
    except SafetensorError as e:
        raise CocktailError(f"{path}: expected {what} as a safetensors file ({e}); pickles are not read") from None
    if KEY not in metadata:
        raise CocktailError(f"{path}: expected {what}, found a safetensors file that this project did not write")
    return tensors, json.loads(metadata[KEY])


def with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under a prefix, by the rest of their names."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
