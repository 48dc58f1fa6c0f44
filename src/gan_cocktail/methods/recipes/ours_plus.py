"""GAN Cocktail, pulled towards what the root and the rooted models draw of the same latents: beyond the paper, and not
better where it was measured (docs/methods.md)."""

from gan_cocktail.params.method import Method
from gan_cocktail.params.restraints import ConsistencyParams

METHOD = Method(
    label="With consistency (ours+)",
    initialisation="average_rooted",
    role="ablation",
    consistency=ConsistencyParams(weight=10),
)
