"""Perceptual path length in W: how fast images change along straight lines (Karras et al. 2019, sec. 4.1)."""

from collections.abc import Callable
from dataclasses import asdict
from itertools import combinations

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.cache import Cache, Tensors, generator_sha256
from gan_cocktail.evaluation.perceptual import Perceptual
from gan_cocktail.evaluation.sampling import BATCH, one_hot
from gan_cocktail.networks.generator import Generator
from gan_cocktail.seeds import latents, stream

STREAM = "ppl"
EPSILON = 1e-4
"""The paper's step. Sound here because nothing is rounded to bytes on the way, and distances are of some
68,000 activations, not of pooled features. Measured on the shipped cat and car (path lengths of 70 and 146): the
step 1e-3 gives 2% less, for images bend, and 1e-5 0.5% more, for float32 rounds; at 1e-6 rounding adds 20 to 30."""


def squared_speed(f: Callable[[Tensor], Tensor], start: Tensor, end: Tensor, t: Tensor, epsilon: float) -> Tensor:
    """|f(w(t + epsilon)) - f(w(t))|^2 / epsilon^2 [N] on lines w from start to end [N, D], at t [N, 1]."""
    ahead = t + epsilon
    step = (ahead - t)[:, 0]  # epsilon as it was added, rounding and all
    moved = f(torch.lerp(start, end, ahead)) - f(torch.lerp(start, end, t))
    return moved.square().sum(1) / step.square()


def path_length(
    model: Model,
    label: int | None,
    n: int,
    perceptual: Perceptual,
    seed: int,
    device: torch.device,
    cache: Cache,
    epsilon: float = EPSILON,
) -> Tensor:
    """Squared speeds [n], on the CPU, of which the perceptual path length is the mean.

    Lines lead from one w of class `label` to another, or, without a label, from w to w of one latent in two
    classes, each pair of classes in turn; that needs a model of two or more classes.
    """

    def compute() -> Tensors:
        G = model.generator().to(device)
        ends = _across(G, n, seed, device) if label is None else _within(G, label, n, seed, device)
        return {"speeds": _along(G, *ends, perceptual, seed, epsilon)}

    found = cache.get(
        compute,
        generator=generator_sha256(model),
        label=label,
        paths=n,
        epsilon=epsilon,
        stream=[seed, STREAM],
        device=device.type,
        perceptual=asdict(perceptual.identity),
    )
    return found["speeds"]


def _within(G: Generator, label: int, n: int, seed: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """w [n, w_dim] of two latents of a class."""
    z = latents(2 * n, G.z_dim, seed, STREAM).to(device)
    w = G.mapping(z, one_hot(G, torch.full((2 * n,), label), device))
    return w[:n], w[n:]


def _across(G: Generator, n: int, seed: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """w [n, w_dim] of one latent in two classes."""
    z = latents(n, G.z_dim, seed, STREAM).to(device)
    pairs = torch.tensor(list(combinations(range(G.c_dim), 2)))
    first, last = pairs[torch.arange(n) % len(pairs)].unbind(1)
    return G.mapping(z, one_hot(G, first, device)), G.mapping(z, one_hot(G, last, device))


@torch.no_grad()
def _along(G: Generator, start: Tensor, end: Tensor, perceptual: Perceptual, seed: int, epsilon: float) -> Tensor:
    """One t, uniform in [0, 1], and one noise a line: both ends of a step see the same noise."""
    t = torch.rand(len(start), 1, generator=stream(seed, STREAM, "t")).to(start.device)
    rng = stream(seed, STREAM, "noise", device=start.device)
    speeds = []
    for a, b, at in zip(start.split(BATCH), end.split(BATCH), t.split(BATCH), strict=True):
        noise = G.synthesis.draw_noise(len(a), rng)

        def point(w: Tensor, noise: list[Tensor] = noise) -> Tensor:
            parts = G.synthesis.parts(w, noise)
            return torch.cat([perceptual((images * 127.5 + 127.5).clamp(0, 255)) for images in parts])

        speeds.append(squared_speed(point, a, b, at, epsilon).cpu())
    return torch.cat(speeds)
