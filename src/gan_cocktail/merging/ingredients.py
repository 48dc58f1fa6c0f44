"""What every way to merge is given."""

from collections.abc import Sequence
from dataclasses import dataclass

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model


@dataclass(frozen=True)
class Ingredients:
    """Models of one architecture.

    root: which of them is the root. owners: of each class, which of them it is of. fishers: the Fisher information of
    each, for the way that goes by it. seed: of what is drawn at random.
    """

    models: Sequence[Model]
    root: int = 0
    owners: Sequence[int] = ()
    fishers: Sequence[Fisher] = ()
    seed: int = 0
