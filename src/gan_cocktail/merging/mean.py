"""The mean of models (GAN Cocktail, sec. 3.2)."""

from collections.abc import Sequence
from dataclasses import replace

from gan_cocktail.checkpoints.model import Model, State, check_alike
from gan_cocktail.errors import CocktailError


def _check_tensors(states: Sequence[State], part: str) -> None:
    first = states[0] if states else {}
    for i, state in enumerate(states[1:], 2):
        for name in first.keys() | state.keys():
            a, b = (tuple(s[name].shape) if name in s else "none" for s in (first, state))
            if a != b:
                raise CocktailError(
                    f"cannot average: tensor {part}.{name} is {a} in the first model and {b} in model {i}; "
                    "only models of one architecture can be averaged"
                )


def _mean(states: Sequence[State]) -> State:
    return {
        name: (sum((state[name].double() for state in states[1:]), start=like.double()) / len(states)).to(like.dtype)
        for name, like in (states[0] if states else {}).items()
    }


def mean(models: Sequence[Model]) -> Model:
    """Average every parameter and buffer of G and D, with equal weights.

    Sums run in float64, so the mean of a model with itself is itself to the last bit.
    The discriminator is the mean of those that there are: a source that is only drawn from may have none.
    Raises CocktailError naming the tensor and both shapes if architectures differ, or the setting and both
    values if networks differ in one that no shape shows (conv_clamp, mbstd_group_size).
    """
    whole = next((m.network for m in models if m.D), models[0].network)
    models = [m if m.D else replace(m, network=m.network.with_discriminator_of(whole)) for m in models]
    parts = [m.G for m in models], [m.D for m in models if m.D]
    for part, states in zip("GD", parts, strict=True):
        _check_tensors(states, part)
    for i, other in enumerate(models[1:], 2):
        names = "the first model", f"model {i}"
        check_alike(models[0], other, names, "cannot average models of unlike networks")
    classes = next((m.classes for m in models if m.classes), ())
    G, D = map(_mean, parts)
    return Model(models[0].network, G, D, classes=classes)
