"""GAN Cocktail: merge pretrained GANs into one conditional GAN, without their training data."""

__version__ = "0.1.0"
