"""A rooted model, fine-tuned without being averaged: what rooting alone gives."""

from gan_cocktail.params.method import Method

METHOD = Method(label="Rooted, not averaged", initialisation="rooted", role="ablation")
