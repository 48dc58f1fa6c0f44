"""GAN Cocktail with the real images, which it is made to do without."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Real data (upper bound)", initialisation="average_rooted", images="real", role="bound")
