"""The root, held where its own images depend on its weights (Li et al. 2020)."""

from gan_cocktail.params.method import Method
from gan_cocktail.params.restraints import EWCParams

METHOD = Method(
    label="EWC",
    initialisation="root",
    ewc=EWCParams(mapping=0.01, synthesis=0.01, discriminator=0.01),  # the best of experiments/sweep.yaml
)
