"""The mean of the generators beside the root's discriminator as it is (ours): is it worth averaging D?"""

from collections.abc import Sequence
from dataclasses import replace

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.mean import mean


def root_discriminator(models: Sequence[Model], root: int) -> Model:
    """G: the mean over models; D: that of models[root]."""
    return replace(mean(models), D=models[root].D)
