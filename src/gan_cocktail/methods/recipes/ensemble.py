"""The sources themselves, N times the parameters: what a merge is measured by."""

from gan_cocktail.params.method import Method

METHOD = Method(label="The sources (N models)", initialisation="sources", trains=False, role="bound")
