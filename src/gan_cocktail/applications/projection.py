"""Finding the w that draws a given image (Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN",
appendix D)."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.applications.drawing import map_class
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.checkpoints.truncation import W_AVG, with_class_means
from gan_cocktail.data.images import to_float
from gan_cocktail.evaluation.perceptual import Perceptual
from gan_cocktail.networks.generator import Generator
from gan_cocktail.seeds import stream

LATENTS = 10_000  # whose w tell how far apart those of a class are
LEARNING_RATE, RAMP_UP, RAMP_DOWN = 0.1, 0.05, 0.25
SHAKEN, STILL = (
    0.05,
    0.75,
)  # noise on w at first, in standard deviations, and the share of steps after which there is none
REGULARITY = 1e5  # weight of the noise's correlation with itself
PIXELS = 1.0  # weight of the mean squared difference of pixels, which the perceptual distance of small images lacks
SMALLEST = 8  # pixels a side of noise that is still compared with itself


Points = Callable[[Tensor], Tensor]
"""Maps float images [N, C, H, W] in [-1, 1], differentiably, to points whose squared distances are perceptual ones."""


@dataclass(frozen=True)
class Projection:
    """w [1, w_dim], the noise [1, 1, R, R] of each layer, and the perceptual distance from image to target."""

    w: Tensor
    noise: list[Tensor]
    distance: float


def project(
    G: Generator,
    target: Tensor,
    label: int,
    perceptual: Perceptual | Points,
    steps: int,
    seed: int,
    report: Callable[[int], None] = lambda step: None,
) -> Projection:
    """The w and noise of class `label` with which G draws the uint8 image `target` [C, H, W] of its own size.

    perceptual: what distance is minimised. report: called with the number of each step done.
    """
    points = partial(_points, perceptual) if isinstance(perceptual, Perceptual) else perceptual
    where = G.mapping.get_buffer("w_avg").device
    rng = stream(seed, "projection", device=where)
    ws = map_class(G, torch.randn(LATENTS, G.z_dim, generator=rng, device=where), label)
    mean = ws.mean(0, keepdim=True)
    spread = (ws - mean).square().sum(1).mean().sqrt()
    w = mean.clone().requires_grad_(True)
    noise = [layer.requires_grad_(True) for layer in G.synthesis.draw_noise(1, rng)]
    wanted = to_float(target[None]).to(where)
    aim = points(wanted)
    adam = torch.optim.Adam([w, *noise], betas=(0.9, 0.999), lr=LEARNING_RATE)
    for step in range(steps):
        done = step / steps
        for group in adam.param_groups:
            group["lr"] = LEARNING_RATE * _ramp(done)
        shake = spread * SHAKEN * max(0.0, 1 - done / STILL) ** 2
        image = G.synthesis(w + shake * torch.randn(w.shape, generator=rng, device=where), noise, twice=True)
        loss = (points(image) - aim).square().sum() + PIXELS * (image - wanted).square().mean()
        adam.zero_grad()
        (loss + REGULARITY * sum(map(_correlation, noise))).backward()
        adam.step()
        with torch.no_grad():
            for layer in noise:
                layer.sub_(layer.mean()).mul_(layer.square().mean().rsqrt())
        report(step + 1)
    with torch.no_grad():
        found = G.synthesis(w, noise)
        distance = float((points(found) - aim).square().sum())
    return Projection(w.detach(), [layer.detach() for layer in noise], distance)


def with_own_means(model: Model) -> Model:
    """The model, each class with its own mean of w: files of other programs have one for all, and truncate with it."""
    means = model.G[W_AVG]
    if model.network.c_dim > 1 and (means == means[0]).all():
        return replace(model, G=with_class_means(model.network, model.G))
    return model


def in_class(G: Generator, w: Tensor, label: int, other: int) -> Tensor:
    """w [1, w_dim] of class `label`, moved to the same place about the mean of another class.

    G: of a model `with_own_means`.
    """
    means = G.mapping.get_buffer("w_avg").reshape(-1, G.w_dim)
    return w + means[other] - means[label]


def _points(perceptual: Perceptual, images: Tensor) -> Tensor:
    """As `perceptual`, of float images in [-1, 1], and differentiable."""
    size = perceptual.resolution, perceptual.resolution
    rgb = (images * 127.5 + 127.5).expand(-1, 3, -1, -1)
    if rgb.shape[2:] != size:
        rgb = F.interpolate(rgb, size=size, mode="bicubic", antialias=True)
    return torch.cat([unit(layer) for layer in perceptual.activations(rgb)], 1)


def unit(layer: Tensor, shares: Tensor | float = 1.0) -> Tensor:
    """As `perceptual.unit`, but with a gradient where nothing is active; shares: square roots of channels' weights."""
    scaled = shares * layer * (layer.square().sum(1, keepdim=True) + 1e-10).rsqrt()
    return scaled.flatten(1) / (layer.shape[2] * layer.shape[3]) ** 0.5


def _ramp(done: float) -> float:
    """The step size over the share of steps done: up, level, and down by a cosine."""
    down = min(1.0, (1 - done) / RAMP_DOWN)
    return (0.5 - 0.5 * math.cos(down * math.pi)) * min(1.0, done / RAMP_UP)


def _correlation(noise: Tensor) -> Tensor:
    """How much a noise image repeats its neighbours, at every scale: nothing of the picture is to hide in it."""
    total = noise.new_zeros([])
    while True:
        for axis in (2, 3):
            total = total + (noise * noise.roll(1, axis)).mean().square()
        if noise.shape[2] <= SMALLEST:
            return total
        noise = F.avg_pool2d(noise, 2)
