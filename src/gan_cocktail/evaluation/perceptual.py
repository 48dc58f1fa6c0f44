"""Perceptual distance of images, by activations of the extractor that ships (Zhang et al. 2018, LPIPS)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from gan_cocktail.evaluation.extractors.lite import RESOLUTION, identity, load_net
from gan_cocktail.evaluation.features import Identity, resize


@dataclass(frozen=True)
class Perceptual:
    """Maps images to points whose squared Euclidean distances are perceptual distances.

    Always by the extractor that ships, whatever `evaluation.features` is: Inception's file gives pooled
    features alone, and a distance wants to see places.
    """

    identity: Identity
    resolution: int
    activations: Callable[[Tensor], list[Tensor]]  # of float images in [0, 255], at `resolution`

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """Points [N, M] of images [N, 1 or 3, H, W], uint8 or (unrounded) float, in [0, 255]."""
        return torch.cat([unit(layer) for layer in self.activations(resize(images, self.resolution))], 1)

    def distance(self, a: Tensor, b: Tensor) -> Tensor:
        """Perceptual distances [N] of images a and b."""
        return (self(a) - self(b)).square().sum(1)


def unit(layer: Tensor) -> Tensor:
    """Activations [N, C, H, W] with unit channel vectors, over sqrt(H W), flat: a layer's term of LPIPS (eq. 1).

    The squared distance of two such points is the mean over positions of |a / |a| - b / |b||^2, at most
    2 for activations that are never negative. All channels weigh the same.
    """
    length = layer.square().sum(1, keepdim=True).sqrt() + 1e-10
    return (layer / length).flatten(1) / (layer.shape[2] * layer.shape[3]) ** 0.5


def load_perceptual(weights: Path, device: torch.device) -> Perceptual:
    """The perceptual distance of the shipped extractor's weights."""
    net = load_net(weights, device)
    return Perceptual(identity(weights), RESOLUTION, lambda x: net.activations(x.to(device)))
