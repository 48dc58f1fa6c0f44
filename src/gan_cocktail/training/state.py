"""The whole state of a training in one file, so that an interrupted run continues bit for bit."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from gan_cocktail.files import atomic
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
    tensors = {k: v.cpu().contiguous() for k, v in _tensors(trainer).items()}
    metadata = {"fingerprint": fingerprint, "steps": json.dumps(trainer.steps)}
    with atomic(path) as temporary:
        save_file(tensors, temporary, metadata)


@torch.no_grad()
def restore_state(trainer: Trainer, path: Path, fingerprint: str, max_steps: int) -> bool:
    """Continue from `path`; False (and nothing changed) if it is absent, of another job, or too far on."""
    try:
        with safe_open(path, "pt") as f:
            metadata = f.metadata()
            steps = int(metadata["steps"])
            if metadata["fingerprint"] != fingerprint or steps > max_steps:
                return False
            state = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118
    except (FileNotFoundError, SafetensorError):
        return False
    trainer.flat_G.copy_(state["G"])
    trainer.flat_D.copy_(state["D"])
    trainer.flat_ema.copy_(state["ema"])
    trainer.path_length_mean = state["path_length_mean"].to(trainer.device)
    for net in (trainer.G, trainer.G_ema):
        for name, buffer in net.named_buffers():
            buffer.copy_(state[f"buffers.{name}"])
    for name, optimizer in (("adam_G", trainer.adam_G), ("adam_D", trainer.adam_D)):
        prefix = f"{name}."
        restore_adam(optimizer, {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)})
    if trainer.ada:
        trainer.ada.p, trainer.ada.signs = state["ada.p"], state["ada.signs"]
    trainer.steps = steps
    return True
