"""Models of one architecture, merged tensor by tensor."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from torch import Tensor

from gan_cocktail.checkpoints.model import Model, State, check_alike
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.network import NetworkParams

BUFFERS = ("w_avg", "noise_const")
"""The last part of the names of what is not trained: the mean of w, and fixed noise images."""


def network_of(models: Sequence[Model]) -> NetworkParams:
    """The network of models of one architecture; a model without D is like any D.

    Raises CocktailError naming the tensor and both shapes if architectures differ, or the setting and both values if
    networks differ in one that no shape shows (conv_clamp, mbstd_group_size).
    """
    whole = next((m.network for m in models if m.D), models[0].network)
    models = [m if m.D else replace(m, network=m.network.with_discriminator_of(whole)) for m in models]
    for part, states in (("G", [m.G for m in models]), ("D", [m.D for m in models if m.D])):
        _check_tensors(states, part)
    for i, other in enumerate(models[1:], 2):
        names = "the first model", f"model {i}"
        check_alike(models[0], other, names, "cannot average models of unlike networks")
    return models[0].network


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


def classes_of(models: Sequence[Model]) -> Sequence[str]:
    """The names of classes that the first of them has that has any."""
    return next((m.classes for m in models if m.classes), ())


def by_tensor(models: Sequence[Model], merge: Callable[[str, list[Tensor]], Tensor]) -> Model:
    """Merge each tensor of G, and of D if all have one.

    merge: of the tensor's name, with `G.` or `D.` before it, and the models' tensors in float64, in order. What it
    gives is rounded to the tensors' own type. CocktailError as of network_of.
    """
    network = network_of(models)
    parts: dict[str, State] = {}
    for part, states in (("G", [m.G for m in models]), ("D", [m.D for m in models])):
        parts[part] = {
            name: merge(f"{part}.{name}", [state[name].double() for state in states]).to(like.dtype)
            for name, like in (states[0] if all(states) else {}).items()
        }
    return Model(network, parts["G"], parts["D"], classes=classes_of(models))
