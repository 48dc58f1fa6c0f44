"""The mean of models (GAN Cocktail, sec. 3.2), plain or weighted."""

from collections.abc import Sequence

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.merging.alike import by_tensor, classes_of, network_of
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.weights import combine, shares
from gan_cocktail.params.ways import Mean


def _mean(states: Sequence[State]) -> State:
    return {
        name: (sum((state[name].double() for state in states[1:]), start=like.double()) / len(states)).to(like.dtype)
        for name, like in (states[0] if states else {}).items()
    }


def mean(models: Sequence[Model]) -> Model:
    """Average every parameter and buffer of G and D, with equal weights.

    Sums run in float64, so the mean of a model with itself is itself to the last bit.
    The discriminator is the mean of those that there are: a source that is only drawn from may have none.
    Raises CocktailError as of network_of.
    """
    network = network_of(models)
    G, D = map(_mean, ([m.G for m in models], [m.D for m in models if m.D]))
    return Model(network, G, D, classes=classes_of(models))


def weighted_mean(given: Ingredients, how: Mean) -> Model:
    """The plain mean, or with given weights that of every parameter and buffer by these."""
    if how.weights is None:
        return mean(given.models)
    weights = shares(how.weights, len(given.models))
    return by_tensor(given.models, lambda _, tensors: combine(tensors, weights))
