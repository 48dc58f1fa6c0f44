"""The root, fine-tuned on all domains (Wang et al. 2018)."""

from gan_cocktail.params.method import Method

METHOD = Method(label="TransferGAN", initialisation="root")
