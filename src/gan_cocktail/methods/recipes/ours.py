"""GAN Cocktail: the average of the root and the rooted models, fine-tuned (Avrahami et al. 2022)."""

from gan_cocktail.params.method import Method

METHOD = Method(label="GAN Cocktail (ours)", initialisation="average_rooted", role="ours")
