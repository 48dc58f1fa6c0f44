"""The ways to merge that there are, by name."""

from collections.abc import Callable, Sequence

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.mean import mean
from gan_cocktail.merging.own_embeddings import own_embeddings
from gan_cocktail.merging.root_discriminator import root_discriminator

# models of one architecture; which of them is the root; of each class, which of them it is of
Merge = Callable[[Sequence[Model], int, Sequence[int]], Model]

MERGES: dict[str, Merge] = {
    "mean": lambda models, root, owners: mean(models),
    "own_embeddings": lambda models, root, owners: own_embeddings(models, owners),
    "root_discriminator": lambda models, root, owners: root_discriminator(models, root),
}
