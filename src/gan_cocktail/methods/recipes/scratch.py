"""New weights."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Scratch", initialisation="random")
