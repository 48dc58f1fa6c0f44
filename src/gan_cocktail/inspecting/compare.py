"""How checkpoints differ: settings, and the distance of their weights."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations
from statistics import fmean
from typing import Any

from gan_cocktail.checkpoints.model import CLASS_SETTINGS, Model
from gan_cocktail.evaluation.distance import layer_distances
from gan_cocktail.inspecting.files import File

UNRELATED = 2.0  # relative distance of weights that have nothing in common: ||a - b||^2 is ||a||^2 + ||b||^2
KIN = UNRELATED / 2  # below it more than half of the weights' squared norm is common to both


@dataclass(frozen=True)
class Distance:
    """Of two models of one architecture, of their generators alone if one has no D; layers by `G.` or `D.` and name.

    d: the mean squared distance of a layer's weights. relative: the squared distance of all weights over the mean of
    their squared norms: 0 for the same weights, 2 for weights that have nothing in common. layers: relative, of each.
    """

    between: tuple[str, str]
    d: float
    relative: float
    layers: dict[str, float]

    @property
    def kin(self) -> bool:
        """Do they share an ancestor: was one trained from the other, or both from a third?"""
        return self.relative < KIN

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self) | {"share_an_ancestor": self.kin}


def settings(files: Sequence[File]) -> dict[str, list[Any]]:
    """The settings in which files differ, a value each, in order; of class vectors only where there are classes."""
    first, *others = (file.model.network for file in files)
    unlike = [first.differences(other) for other in others]
    named = {name: pair[0] for differ in unlike for name, pair in differ.items()}
    if not any(file.model.network.c_dim for file in files):
        named = {name: value for name, value in named.items() if name not in CLASS_SETTINGS}
    return {
        name: [value, *(differ[name][1] if name in differ else value for differ in unlike)]
        for name, value in named.items()
    }


def distances(files: Sequence[File]) -> list[Distance]:
    """Of every two files of one architecture; of others none is defined."""
    return [found for pair in combinations(files, 2) if (found := _distance(*pair))]


def _distance(one: File, other: File) -> Distance | None:
    models = [one.model, other.model]
    if not (one.model.D and other.model.D):
        models = [replace(model, D={}) for model in models]
    apart = layer_distances(models[0], models[1])
    if not apart:
        return None
    norms = [layer_distances(model, _zeros(model)) for model in models]  # d(A, 0) is ||A||^2
    size = {name: fmean(n[name] for n in norms) for name in apart}
    layers = {name: d / size[name] if size[name] else 0.0 for name, d in apart.items()}
    relative = sum(apart.values()) / (sum(size.values()) or 1.0)
    return Distance((one.name, other.name), fmean(apart.values()), relative, layers)


def _zeros(model: Model) -> Model:
    G, D = ({name: tensor * 0 for name, tensor in state.items()} for state in (model.G, model.D))
    return replace(model, G=G, D=D)
