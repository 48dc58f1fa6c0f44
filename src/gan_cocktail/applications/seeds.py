"""One image a seed: what a seed draws depends on nothing but it, the model and the class."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from gan_cocktail.applications.drawing import BATCH, map_class
from gan_cocktail.data.images import to_uint8
from gan_cocktail.networks.generator import Generator
from gan_cocktail.seeds import stream

Noise = Literal["fresh", "const", "none"]


def latents_of(seeds: Sequence[int], z_dim: int) -> Tensor:
    """z [N, z_dim] as StyleGAN2's own programs draw it for these seeds, so that images can be found again."""
    rows = [np.random.RandomState(seed).randn(1, z_dim) for seed in seeds]
    return torch.from_numpy(np.concatenate(rows)).float()


@torch.no_grad()
def mixed_w(G: Generator, z: Tensor, shares: Sequence[float], psi: float = 1.0) -> Tensor:
    """w [N, w_dim] of latents z [N, z_dim]: the classes' own, truncated by psi, in these shares.

    One share of 1 is that class; an unconditional generator has one.
    """
    means = G.mapping.get_buffer("w_avg").reshape(len(shares), -1)
    each = [(share, map_class(G, z, k), means[k]) for k, share in enumerate(shares) if share]
    return torch.stack([share * mean.lerp(w, psi) for share, w, mean in each]).sum(0)


@torch.no_grad()
def draw_ws(G: Generator, ws: Tensor, seeds: Sequence[int], noise: Noise = "fresh") -> Tensor:
    """uint8 images [N, C, H, W] on the CPU of ws [N, w_dim] or [N, num_ws, w_dim]; fresh noise is a seed's own."""
    parts = []
    for at in range(0, len(ws), BATCH):
        part = ws[at : at + BATCH]
        if noise == "fresh":
            each = [
                G.synthesis.draw_noise(1, stream(s, "generate", "noise", device=ws.device))
                for s in seeds[at : at + BATCH]
            ]
            parts.append(to_uint8(G.synthesis(part, [torch.cat(layer) for layer in zip(*each, strict=True)])).cpu())
        else:
            parts.append(to_uint8(G.synthesis(part, noise)).cpu())
    return torch.cat(parts)


def draw_seeds(G: Generator, label: int, seeds: Sequence[int], psi: float = 1.0, noise: Noise = "fresh") -> Tensor:
    """uint8 images [N, C, H, W] of a class on the CPU, one a seed; psi: truncation, 1 for none."""
    shares = [float(k == label) for k in range(max(1, G.c_dim))]
    return draw_ws(G, mixed_w(G, latents_of(seeds, G.z_dim), shares, psi), seeds, noise)
