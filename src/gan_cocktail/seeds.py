"""Random streams derived from one seed, so that no job's draws depend on another's."""

import hashlib

import torch
from torch import Tensor


def derive(seed: int, *names: str | int) -> int:
    """A 63-bit seed: a hash of the experiment's seed and the stream's name."""
    text = "/".join(str(part) for part in (seed, *names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def stream(seed: int, *names: str | int, device: torch.device | str = "cpu") -> torch.Generator:
    """A random generator of its own for the named stream."""
    return torch.Generator(device).manual_seed(derive(seed, *names))


def latents(n: int, z_dim: int, seed: int, *names: str | int) -> Tensor:
    """n latents [n, z_dim]: row i depends on the stream's name and i alone, on every device."""
    rows = [torch.randn(z_dim, generator=stream(seed, *names, i)) for i in range(n)]
    return torch.stack(rows)
