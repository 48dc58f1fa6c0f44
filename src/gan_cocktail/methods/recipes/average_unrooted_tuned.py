"""The average of the sources as they are, fine-tuned: what rooting is for."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Average, unrooted, tuned", initialisation="average_unrooted", role="ablation")
