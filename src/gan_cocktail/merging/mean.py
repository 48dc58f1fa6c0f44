"""The weighted mean of models (GAN Cocktail, sec. 3.2: uniform weights)."""

from collections.abc import Sequence

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.errors import CocktailError


def _mean(states: Sequence[State], weights: Sequence[float], part: str) -> State:
    first = states[0]
    for i, state in enumerate(states[1:], 2):
        for name in first.keys() | state.keys():
            a, b = (tuple(s[name].shape) if name in s else "none" for s in (first, state))
            if a != b:
                raise CocktailError(
                    f"cannot average: tensor {part}.{name} is {a} in the first model and {b} in model {i}; "
                    "only models of one architecture can be averaged"
                )
    total = sum(weights)
    shares = [w / total for w in weights]
    mean = {}
    for name, like in first.items():
        terms = (state[name].double() * share for state, share in zip(states, shares, strict=True))
        mean[name] = sum(terms, start=like.double() * 0).to(like.dtype)
    return mean


def mean(models: Sequence[Model], weights: Sequence[float] | None = None) -> Model:
    """Average every parameter and buffer of G and D; weights default to uniform, any positive scale.

    Sums run in float64, so the mean of a model with itself is itself to the last bit.
    Raises CocktailError naming the tensor and both shapes if architectures differ.
    """
    weights = weights or [1.0] * len(models)
    G = _mean([m.G for m in models], weights, "G")
    D = _mean([m.D for m in models], weights, "D")
    return Model(models[0].network, G, D)
