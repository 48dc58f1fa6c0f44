"""Means whose weights depend on the layer: the layer swap that makes a cartoon of a face.

Source: Pinkney and Adler 2020, "Resolution dependent GAN interpolation", for weights by resolution.
"""

import re
from collections.abc import Mapping, Sequence

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.alike import by_tensor
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.weights import combine, shares
from gan_cocktail.params.ways import Layers

RANGE = re.compile(r"(\d*)(-?)(\d*)")
GRAMMAR = (
    "layers are a resolution (8), a range of them (4-16, 32-, -16), `mapping`, or the beginning of tensors' names as "
    "whole words (synthesis.b4.conv1); with G. or D. before it, of this network alone"
)


def by_layers(given: Ingredients, how: Layers) -> Model:
    """Weighted mean of each tensor by the last of `how.layers` that names it, else by `how.weights`.

    Fixed noise belongs to its layer, the mean of w to `mapping`. CocktailError for layers that there are not.
    """
    n = len(given.models)
    default = shares(how.weights, n)
    named = {where: shares(weights, n) for where, weights in how.layers.items()}
    first = given.models[0]
    names = [f"G.{name}" for name in first.G] + [f"D.{name}" for name in first.D]
    weights = dict.fromkeys(names, default) | _by_name(names, named)
    return by_tensor(given.models, lambda name, tensors: combine(tensors, weights[name]))


def _by_name(names: Sequence[str], named: Mapping[str, Sequence[float]]) -> dict[str, Sequence[float]]:
    found: dict[str, Sequence[float]] = {}
    for where, weights in named.items():
        meant = [name for name in names if is_named(name, where)]
        if not meant:
            sizes = sorted({int(r) for name in names for r in re.findall(r"\.b(\d+)\.", name)})
            raise CocktailError(
                f"layers: {where!r} names no layer; {GRAMMAR}. Resolutions here: {', '.join(map(str, sizes))}"
            )
        found |= dict.fromkeys(meant, weights)
    return found


def is_named(name: str, where: str) -> bool:
    """Whether `where` names the tensor `name` (G.synthesis.b8.conv0.weight)."""
    network, rest = name.split(".", 1)
    if where[:2] in ("G.", "D."):
        network_asked, where = where.split(".", 1)
        if network != network_asked:
            return False
    if where in ("G", "D"):
        return network == where
    bounds = RANGE.fullmatch(where)
    if not bounds or not where.strip("-"):
        return f"{rest}.".startswith(f"{where}.")
    low, dash, high = bounds.groups()
    resolution = re.search(r"(?:^|\.)b(\d+)\.", rest)
    if not resolution:
        return False
    r = int(resolution[1])
    return int(low or 0) <= r <= int(high or r) if dash else r == int(low)
