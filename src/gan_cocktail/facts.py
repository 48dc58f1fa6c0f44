"""What a safetensors file says of itself: read in milliseconds, without PyTorch."""

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import require
from gan_cocktail.recognise import is_pickle, recognise

KEY = "gan_cocktail"  # the one metadata entry: the order of several would change from run to run


def tensor_names(path: Path) -> list[str]:
    """The names of the tensors in a file that read_facts reads."""
    with safe_open(path, "np") as f:
        return list(f.keys())


def read_facts(path: Path, what: str) -> dict[str, Any]:
    """The facts that save_tensors wrote; CocktailError if there is no such file or it is not `what` of this project."""
    try:
        with safe_open(require(path), "np") as f:
            metadata = f.metadata() or {}
    except (SafetensorError, OSError):
        found = recognise(path)
        why = "; pickles are not read: loading one runs the code in it" if is_pickle(found) else ""
        raise CocktailError(f"{path}: expected {what}, found {found}{why}") from None
    if KEY not in metadata:
        raise CocktailError(f"{path}: expected {what}, found a safetensors file that this project did not write")
    try:
        facts = json.loads(metadata[KEY])
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        raise CocktailError(f"{path}: expected {what}, found facts that are damaged; make or fetch the file anew")
    return facts
