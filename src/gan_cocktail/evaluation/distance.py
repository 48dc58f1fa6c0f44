"""How far apart the weights of two models are, layer by layer (GAN Cocktail, sec. 3.1)."""

from gan_cocktail.checkpoints.model import Model, State

CLASS_EMBEDDING = "mapping.embed."  # drawn at widening, not learned by a source


def layer_distances(a: Model, b: Model) -> dict[str, float]:
    """Squared L2 distance of each layer's weights, by `G.` or `D.` and the layer's name.

    A layer's weights are its weight tensor, or the learned constant; biases and class embeddings are left
    out. Their mean is d(A, B). Empty if the architectures differ: then no distance is defined.
    """
    if a.network != b.network:
        return {}
    pairs = (("G", a.G, b.G), ("D", a.D, b.D))
    return {f"{part}.{name}": d for part, one, other in pairs for name, d in _distances(one, other).items()}


def _distances(a: State, b: State) -> dict[str, float]:
    names = (name for name in a if name.endswith((".weight", ".const")) and not name.startswith(CLASS_EMBEDDING))
    return {name.removesuffix(".weight"): float((a[name].double() - b[name].double()).square().sum()) for name in names}
