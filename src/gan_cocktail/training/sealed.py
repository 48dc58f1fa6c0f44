"""Tensors with a checksum inside, and the file of before beside them: what a disk tore or flipped is not believed."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor, uint8

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic
from gan_cocktail.tensors import load_tensors, save_tensors

CHECKSUM = "checksum"
UNSEALED = {"fingerprint", "steps", "kimg", "made_of"}  # the facts of states of before November 2026, which had none


def previous(path: Path) -> Path:
    """Where the file of before is kept."""
    return path.with_stem(f"{path.stem}.previous")


def save(tensors: Mapping[str, Tensor], facts: Mapping[str, Any], path: Path) -> None:
    """Write tensors and facts with their checksum; the file of before stays until the new one was read back.

    Raises CocktailError if what is read back is not what was written; `path` is then as it was.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with atomic(path) as temporary:
        save_tensors(plain, {**facts, CHECKSUM: _checksum(plain, facts)}, temporary)
        if found := damage(temporary):
            raise CocktailError(f"{path}: what was written there is {found} when read back; check the disk, run again")
        if path.exists():
            path.replace(previous(path))


def recover(path: Path) -> None:
    """Put the file of before in the place of one that is damaged or missing, and say so.

    Raises CocktailError if neither is sound.
    """
    before = previous(path)
    found = damage(path) if path.exists() or before.exists() else ""
    if not found:
        return
    if not before.exists() or damage(before):
        raise CocktailError(
            f"{path}: expected the state of a training, found one that is {found}, and no sound {before.name} beside "
            "it; remove both to start this training anew"
        )
    before.replace(path)
    print(f"{path} is {found}: going on from the one that was saved before it", flush=True)


def damage(path: Path) -> str:
    """What befell a file, to follow `is`; empty if it is as it was written."""
    if not path.exists():
        return "missing"
    try:
        tensors, facts = load_tensors(path, "the state of a training")
    except (CocktailError, SafetensorError):
        return "torn or overwritten"
    told = facts.pop(CHECKSUM, None)
    sound = facts.keys() == UNSEALED if told is None else told == _checksum(tensors, facts)
    return "" if sound else "damaged (its checksum does not match)"


def _checksum(tensors: Mapping[str, Tensor], facts: Mapping[str, Any]) -> str:
    """SHA-256 of facts, names, types, shapes and values."""
    digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        digest.update(tensor.reshape(-1).view(uint8).numpy().data)
    return digest.hexdigest()
