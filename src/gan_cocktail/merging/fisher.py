"""Fisher-weighted mean: a weight counts by how much its model's images depend on it (Matena and Raffel 2022)."""

import torch
from torch import Tensor

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.alike import by_tensor
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.weights import combine, shares
from gan_cocktail.params.ways import FisherWeighted


def fisher_weighted(given: Ingredients, how: FisherWeighted) -> Model:
    """Sum of share * F * weights over the sum of share * F, element by element.

    The weighted mean for what F is not of: buffers and class embeddings. CocktailError if there is not a Fisher
    information for each model, of its weights.
    """
    if len(given.fishers) != len(given.models):
        raise CocktailError(
            f"fisher: expected Fisher information of each of {len(given.models)} models, found {len(given.fishers)}; "
            "make each with `gan-cocktail fisher MODEL --out FILE`, and give them in order, --fisher FILE each"
        )
    weights = shares(how.weights, len(given.models))

    def merge(name: str, tensors: list[Tensor]) -> Tensor:
        values = [_of(fisher, name, like) for fisher, like in zip(given.fishers, tensors, strict=True)]
        told = [value for value in values if value is not None]
        return by_fisher(tensors, told, weights, how.floor) if len(told) == len(values) else combine(tensors, weights)

    return by_tensor(given.models, merge)


def _of(fisher: Fisher, name: str, like: Tensor) -> Tensor | None:
    part, rest = name.split(".", 1)
    value = (fisher.G if part == "G" else fisher.D).get(rest)
    if value is not None and value.shape != like.shape:
        raise CocktailError(
            f"fisher: expected {tuple(like.shape)} for tensor {name}, as in the models, found {tuple(value.shape)}; "
            "is it of another model?"
        )
    return None if value is None else value.double()


def by_fisher(tensors: list[Tensor], fishers: list[Tensor], weights: list[float], floor: float) -> Tensor:
    """Of tensors and their Fisher information of one shape, with `floor` of its mean added; the mean where it is 0."""
    some = [i for i, weight in enumerate(weights) if weight]
    least = floor * torch.stack([fishers[i] for i in some]).mean()
    counts = [weights[i] * (fishers[i] + least) for i in some]
    total = torch.stack(counts).sum(0)
    found = torch.stack([tensors[i] * count for i, count in zip(some, counts, strict=True)]).sum(0) / total
    return found.where(total > 0, combine(tensors, weights))
