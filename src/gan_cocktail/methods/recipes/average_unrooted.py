"""The average of the sources as they are."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Average, unrooted", initialisation="average_unrooted", trains=False, role="ablation")
