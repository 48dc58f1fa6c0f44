"""How far apart the weights of two models are, layer by layer (GAN Cocktail, sec. 3.1)."""

import math
from collections.abc import Iterator

from torch import Tensor, nn

from gan_cocktail.checkpoints.model import Model

CLASS_EMBEDDING = "mapping.embed"  # drawn at widening, not learned by a source


def layer_distances(a: Model, b: Model) -> dict[str, float]:
    """Squared L2 distance of each layer's weights, by `G.` or `D.` and the layer's name; their mean is d(A, B).

    Weights are the effective ones, that images are multiplied by: stored ones are larger by factors of the
    equalised learning rate (Karras et al. 2018, sec. 4.1), a hundred in mapping networks. Biases and class
    embeddings are left out. Empty if the architectures differ: then no distance is defined. Of G alone if b has no D.
    """
    if a.network.differences(b.network if b.D else b.network.with_discriminator_of(a.network)):
        return {}
    pairs: list[tuple[str, nn.Module, nn.Module]] = [("G", a.generator(), b.generator())]
    if b.D:
        pairs.append(("D", a.discriminator(), b.discriminator()))
    return {
        f"{part}.{name}": float((one - other).square().sum())
        for part, A, B in pairs
        for (name, one), (_, other) in zip(_weights(A), _weights(B), strict=True)
    }


def _weights(net: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """Each layer's name and effective weights, in float64."""
    for name, layer in net.named_modules():
        if hasattr(layer, "const"):
            yield f"{name}.const", layer.const.double()
        if hasattr(layer, "weight") and name != CLASS_EMBEDDING:
            gain = getattr(layer, "lr_multiplier", 1.0) / math.sqrt(layer.weight[0].numel())
            yield name, layer.weight.double() * gain
