"""The whole state of a training in one file, so that an interrupted run continues bit for bit."""

from pathlib import Path

import torch
from torch import Tensor

from gan_cocktail.tensors import load_tensors, save_tensors, with_prefix
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


def save_state(trainer: Trainer, path: Path, fingerprint: str) -> None:
    """Write the trainer's state atomically; `fingerprint` names the job it belongs to."""
    save_tensors(_tensors(trainer), {"fingerprint": fingerprint, "steps": trainer.steps}, path)


@torch.no_grad()
def restore_state(trainer: Trainer, path: Path, fingerprint: str, max_steps: int) -> bool:
    """Continue from `path`; False (and nothing changed) if it is absent, of another job, or too far on."""
    if not path.exists():
        return False
    state, facts = load_tensors(path, "the state of a training")
    if facts["fingerprint"] != fingerprint or facts["steps"] > max_steps:
        return False
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
    return True
