"""The ways to merge that there are, by name."""

from collections.abc import Callable, Sequence

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.mean import mean
from gan_cocktail.merging.own_embeddings import own_embeddings
from gan_cocktail.merging.root_discriminator import root_discriminator

Merge = Callable[[Sequence[Model], int], Model]  # models of one architecture, one a class; which of them is the root

MERGES: dict[str, Merge] = {
    "mean": lambda models, root: mean(models),
    "own_embeddings": own_embeddings,
    "root_discriminator": root_discriminator,
}
