"""DARE: differences to the root, dropped at random, the rest scaled up (Yu et al. 2024)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.task import by_differences
from gan_cocktail.merging.weights import combine
from gan_cocktail.params.ways import Dare
from gan_cocktail.seeds import stream


def dare(given: Ingredients, how: Dare) -> Model:
    """Root + scale * sum of weight * (model - root), each element kept with probability 1 - drop and divided by it.

    The same seed drops the same, whatever the order in which tensors are taken.
    """

    def move(name: str, which: Sequence[int], changes: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
        kept = [_thinned(change, how.drop, (given.seed, name, i)) for i, change in zip(which, changes, strict=True)]
        return combine(kept, weights)

    return by_differences(given, how.weights, how.scale, move)


def _thinned(change: Tensor, drop: float, key: tuple[int, str, int]) -> Tensor:
    seed, name, model = key
    draws = torch.rand(change.shape, generator=stream(seed, "dare", name, str(model)), dtype=change.dtype)
    return change * (draws >= drop) / (1 - drop)
