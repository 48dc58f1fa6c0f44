"""The mean of models (GAN Cocktail, sec. 3.2)."""

from collections.abc import Sequence

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.errors import CocktailError


def _mean(states: Sequence[State], part: str) -> State:
    first = states[0]
    for i, state in enumerate(states[1:], 2):
        for name in first.keys() | state.keys():
            a, b = (tuple(s[name].shape) if name in s else "none" for s in (first, state))
            if a != b:
                raise CocktailError(
                    f"cannot average: tensor {part}.{name} is {a} in the first model and {b} in model {i}; "
                    "only models of one architecture can be averaged"
                )
    return {
        name: (sum((state[name].double() for state in states[1:]), start=like.double()) / len(states)).to(like.dtype)
        for name, like in first.items()
    }


def mean(models: Sequence[Model]) -> Model:
    """Average every parameter and buffer of G and D, with equal weights.

    Sums run in float64, so the mean of a model with itself is itself to the last bit.
    Raises CocktailError naming the tensor and both shapes if architectures differ.
    """
    return Model(models[0].network, _mean([m.G for m in models], "G"), _mean([m.D for m in models], "D"))
