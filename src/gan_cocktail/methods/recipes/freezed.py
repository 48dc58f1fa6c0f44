"""The root, with the lower (high-resolution) layers of D kept (Mo et al. 2020): as many as experiments/sweep.yaml
found best."""

from gan_cocktail.params.method import Method

METHOD = Method(label="FreezeD", initialisation="root", frozen_layers=1)
