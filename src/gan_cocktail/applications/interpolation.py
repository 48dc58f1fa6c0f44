"""Interpolation in W: from domain to domain, from latent to latent."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from gan_cocktail.applications.drawing import map_class
from gan_cocktail.networks.generator import Generator


def path(stops: Tensor, columns: int) -> Tensor:
    """Straight lines through stops [S, R, w_dim], one after the other: [R, (S - 1) * (columns - 1) + 1, w_dim].

    columns: points from one stop to the next, both counted (at least 2); the stops themselves are exact.
    """
    shares = torch.linspace(0, 1, columns, device=stops.device)[1:, None, None]
    legs = [a.lerp(b, shares) for a, b in pairwise(stops)]
    return torch.cat([stops[:1], *legs]).transpose(0, 1)


def interpolate(G: Generator, z: Tensor, classes: Sequence[int], columns: int) -> Tensor:
    """The path of w through `classes`, of z [R, z_dim] or, with a latent of its own at each stop, [S, R, z_dim].

    With the same z at every stop, only the domain changes along a row (Avrahami et al. 2022, sec. 5).
    """
    latents = z.expand(len(classes), *z.shape[-2:])
    return path(torch.stack([map_class(G, each, c) for each, c in zip(latents, classes, strict=True)]), columns)
