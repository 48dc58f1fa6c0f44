"""The root, held where its own images depend on its weights (Li et al. 2020)."""

from gan_cocktail.params.method import EWCParams, Method

METHOD = Method(
    label="EWC",
    initialisation="root",
    ewc=EWCParams(mapping=100, synthesis=100, discriminator=100),
)
