"""How much each model counts."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gan_cocktail.errors import CocktailError


def one_each(weights: Sequence[float] | None, n: int) -> Sequence[float]:
    """A number for each of n models, 1 where none are given. CocktailError if there are not n."""
    weights = [1.0] * n if weights is None else weights
    if len(weights) != n:
        told = ",".join(f"{weight:g}" for weight in weights)
        raise CocktailError(f"weights: expected {n}, one for each model in order, found {len(weights)} ({told})")
    return weights


def shares(weights: Sequence[float] | None, n: int) -> list[float]:
    """The same, scaled to a sum of 1."""
    given = one_each(weights, n)
    return [weight / sum(given) for weight in given]


def combine(tensors: Sequence[Tensor], weights: Sequence[float]) -> Tensor:
    """Sum of weight * tensor. A weight of 0 leaves its tensor out, whatever that holds; weights 1, 0, 0 copy."""
    terms = [tensor * weight for tensor, weight in zip(tensors, weights, strict=True) if weight]
    return sum(terms[1:], start=terms[0]) if terms else torch.zeros_like(tensors[0])
