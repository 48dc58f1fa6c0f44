"""The whole state of a training in one file, so that an interrupted run continues bit for bit."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_cocktail.tensors import load_tensors, with_prefix
from gan_cocktail.training import sealed
from gan_cocktail.training.flat import adam_state, restore_adam
from gan_cocktail.training.trainer import Trainer


def _tensors(trainer: Trainer) -> dict[str, Tensor]:
    tensors: dict[str, Tensor] = {
        "G": trainer.flat_G.detach(),
        "D": trainer.flat_D.detach(),
        "ema": trainer.flat_ema.detach(),
        "path_length_mean": trainer.path_length_mean,
    }
    tensors |= {f"buffers.{k}": v for k, v in trainer.G.named_buffers()}
    for name, optimizer in (("adam_G", trainer.adam_G), ("adam_D", trainer.adam_D)):
        tensors |= {f"{name}.{k}": v for k, v in adam_state(optimizer).items()}
    if trainer.ada:
        tensors |= {"ada.p": trainer.ada.p, "ada.signs": trainer.ada.signs}
    return tensors


def save_state(trainer: Trainer, path: Path, fingerprint: str, made_of: Mapping[str, Any] | None = None) -> None:
    """Write the trainer's state with a checksum, keeping the one of before beside it.

    `fingerprint` names the job it belongs to, `made_of` says what that is.
    """
    facts = {"fingerprint": fingerprint, "steps": trainer.steps, "kimg": trainer.kimg, "made_of": made_of or {}}
    sealed.save(_tensors(trainer), facts, path)


@torch.no_grad()
def restore_state(trainer: Trainer, path: Path) -> None:
    """Put the trainer where the state at `path` is."""
    state, facts = load_tensors(path, "the state of a training")
    trainer.flat_G.copy_(state["G"])
    trainer.flat_D.copy_(state["D"])
    trainer.flat_ema.copy_(state["ema"])
    trainer.path_length_mean = state["path_length_mean"].to(trainer.device)
    for net in (trainer.G, trainer.G_ema):
        for name, buffer in net.named_buffers():
            buffer.copy_(state[f"buffers.{name}"])
    for name, optimizer in (("adam_G", trainer.adam_G), ("adam_D", trainer.adam_D)):
        restore_adam(optimizer, with_prefix(state, f"{name}."))
    if trainer.ada:
        trainer.ada.p, trainer.ada.signs = state["ada.p"], state["ada.signs"]
    trainer.steps = facts["steps"]
