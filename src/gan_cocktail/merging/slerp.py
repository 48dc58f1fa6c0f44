"""Spherical interpolation of two models: on the arc between their weights instead of the chord.

Source: Shoemake 1985, "Animating rotation with quaternion curves", for the arc.
"""

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.alike import BUFFERS, by_tensor
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.weights import combine, shares
from gan_cocktail.params.ways import Slerp

PARALLEL = 1e-6  # sine of the angle below which there is no arc, or no one arc


def slerp(given: Ingredients, how: Slerp) -> Model:
    """Each tensor's direction on the arc between the two models', its norm on the line between theirs.

    A mean of unrelated weights is shorter than they are, which this avoids. Where directions are the same or opposite
    (all tensors of one number), where a weight is 0, and for buffers it is the mean.
    CocktailError if there are not two models.
    """
    if len(given.models) != 2:
        raise CocktailError(
            f"slerp: expected two models, found {len(given.models)}; an arc has two ends: merge two at a time, or "
            "take another way"
        )
    weights = shares(how.weights, 2)

    def merge(name: str, tensors: list[Tensor]) -> Tensor:
        return combine(tensors, weights) if name.endswith(BUFFERS) else arc(tensors[0], tensors[1], weights[1])

    return by_tensor(given.models, merge)


def arc(a: Tensor, b: Tensor, t: float) -> Tensor:
    """From a (t = 0) to b (t = 1), of any one shape."""
    lengths = a.norm(), b.norm()
    if t in (0.0, 1.0) or not all(lengths):
        return combine([a, b], [1 - t, t])
    one, other = a / lengths[0], b / lengths[1]
    # of unit vectors: exact for small angles too, where the arc cosine of their product is not
    angle = 2 * torch.atan2((one - other).norm(), (one + other).norm())
    if angle.sin() < PARALLEL:
        return combine([a, b], [1 - t, t])
    direction = (one * ((1 - t) * angle).sin() + other * (t * angle).sin()) / angle.sin()
    return direction * ((1 - t) * lengths[0] + t * lengths[1])
