"""The merged initialisation as it is: what averaging alone gives."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Average, rooted", initialisation="average_rooted", trains=False, role="ablation")
