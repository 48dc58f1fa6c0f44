"""The root, with the lower (high-resolution) half of D kept (Mo et al. 2020)."""

from gan_cocktail.params.method import Method

METHOD = Method(label="FreezeD", initialisation="root", frozen_layers=2)
