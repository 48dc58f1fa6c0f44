"""TIES: of the differences to the root the largest, without those that others contradict (Yadav et al. 2023)."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.task import by_differences
from gan_cocktail.params.ways import Ties


def ties(given: Ingredients, how: Ties) -> Model:
    """Root + scale * mean of the trimmed differences that have the sign most of their weight has.

    Trimmed a tensor at a time: with an equalised learning rate stored weights of some layers are a hundred times those
    of others, which would leave nothing of these.
    """
    return by_differences(
        given, how.weights, how.scale, lambda _, __, changes, weights: agreed(changes, weights, how.density), mean=True
    )


def agreed(changes: Sequence[Tensor], weights: Sequence[float], density: float) -> Tensor:
    """Weighted mean, element by element, of those trimmed changes that have the sign of their weighted sum."""
    trimmed = torch.stack([trim(change, density) for change in changes])
    share = torch.tensor(weights, dtype=trimmed.dtype).view(-1, *[1] * changes[0].ndim)
    sign = (trimmed * share).sum(0).sign()
    counted = share * (trimmed.sign() == sign) * (sign != 0)
    return (trimmed * counted).sum(0) / counted.sum(0).where(sign != 0, torch.ones_like(sign))


def trim(change: Tensor, density: float) -> Tensor:
    """The share `density` of elements that are largest, at least one, and 0 elsewhere."""
    kept = math.ceil(density * change.numel())
    least = change.abs().flatten().topk(kept).values[-1]
    return change.where(change.abs() >= least, torch.zeros_like(change))
