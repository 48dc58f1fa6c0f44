"""The mean of the generators beside the root's discriminator as it is (ours): is it worth averaging D?"""

from dataclasses import replace

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.mean import mean
from gan_cocktail.params.ways import RootDiscriminator


def root_discriminator(given: Ingredients, how: RootDiscriminator) -> Model:
    """G: the mean over models; D: that of the root. CocktailError if that has none."""
    root = given.models[given.root]
    root.require_discriminator()
    return replace(mean(given.models), D=root.D)
