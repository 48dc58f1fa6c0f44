"""The mean of models whose channels are first brought into the root's order (Ainsworth et al. 2023, "Git Re-Basin").

For models that share no ancestor: their k-th channels have nothing to do with each other.
"""

from dataclasses import replace

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.alike import by_tensor, network_of
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.matching import matched
from gan_cocktail.merging.symmetries import channels
from gan_cocktail.merging.weights import combine, shares
from gan_cocktail.params.ways import Aligned


def aligned_mean(given: Ingredients, how: Aligned) -> Model:
    """The weighted mean of the root and the others, each permuted to be most like it."""
    network_of(given.models)
    weights, root = shares(how.weights, len(given.models)), given.models[given.root]
    models = [model if model is root else aligned(model, root, how.sweeps) for model in given.models]
    return by_tensor(models, lambda _, tensors: combine(tensors, weights))


def aligned(model: Model, to: Model, sweeps: int) -> Model:
    """A model that draws and judges as before, its channels in the order of another one; D if both have one."""
    groups = channels(model.network)
    G = matched(model.G, to.G, groups["G"], sweeps)
    return replace(model, G=G, D=matched(model.D, to.D, groups["D"], sweeps) if model.D and to.D else model.D)
