"""What a network of given settings holds and computes, in numbers, without building it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from gan_cocktail.params.network import NetworkParams

TAPS = 16  # of the resampling filter


@dataclass(frozen=True)
class Size:
    """Of a generator, a discriminator or a part of one.

    weights: numbers in its tensors. features: numbers in what its layers give for one image. products: multiplications
    that one image takes, forwards.
    """

    weights: int = 0
    features: int = 0
    products: int = 0

    def __add__(self, other: "Size") -> "Size":
        return Size(self.weights + other.weights, self.features + other.features, self.products + other.products)


def generator_size(network: NetworkParams) -> Size:
    """Of all of G."""
    n, size = network, _mapping(network)
    for r in n.resolutions:
        out, below = n.channels(r), n.channels(r // 2)
        if r == 4:
            size += Size(out * 16)
        else:
            size += _modulated(n, below, out, r, up=True)
            if n.generator == "resnet":
                size += Size(below * out, out * r * r, below * out * (r // 2) ** 2)
        size += _modulated(n, out, out, r)
        if n.generator == "skip" or r == n.img_resolution:
            rgb = n.img_channels
            size += Size(_full(n.w_dim, out) + rgb * out + rgb, rgb * r * r, rgb * (out + TAPS) * r * r)
    return size


def discriminator_size(network: NetworkParams) -> Size:
    """Of all of D."""
    n, size, last = network, Size(), network.discriminator_channels(4)
    for r in n.resolutions[:0:-1]:
        inside, out = n.discriminator_channels(r), n.discriminator_channels(r // 2)
        if r == n.img_resolution or n.discriminator == "skip":
            size += _conv(n.img_channels, inside, 1, r)
        blurred = Size(0, inside * r * r, TAPS * inside * r * r)
        size += _conv(inside, inside, 3, r) + blurred + _conv(inside, out, 3, r // 2)
        if n.discriminator == "resnet":
            size += Size(inside * out, (inside + out) * (r // 2) ** 2, inside * (out + TAPS) * (r // 2) ** 2)
    if n.discriminator == "skip":
        size += _conv(n.img_channels, last, 1, 4)
    size += _conv(last + n.mbstd_channels, last, 3, 4) + Size(_full(last * 16, last), last, last * last * 16)
    size += Size(_full(last, n.class_width if n.c_dim else 1))
    embed = n.class_embed_dim or n.class_width
    widths = [embed] + [n.class_mapping_dim or n.class_width] * (n.class_mapping_layers - 1) + [n.class_width]
    return size + (_layers(n.c_dim, embed, widths if n.class_mapping_layers else [embed]) if n.c_dim else Size())


def drawn_features(network: NetworkParams) -> int:
    """Numbers in the largest layer of one generated image."""
    return max(network.channels(r) * r * r for r in network.resolutions)


def _mapping(n: NetworkParams) -> Size:
    embed = (n.embed_dim or n.w_dim) if n.c_dim else 0
    widths = [n.z_dim + embed] + [n.mapping_dim or n.w_dim] * (n.mapping_layers - 1) + [n.w_dim]
    return _layers(n.c_dim, embed, widths) + Size(max(1, n.c_dim) * n.w_dim)  # and the mean w of each class


def _layers(c_dim: int, embed: int, widths: Sequence[int]) -> Size:
    pairs = list(pairwise(widths))
    weights = sum(_full(a, b) for a, b in pairs) + (_full(c_dim, embed) if c_dim else 0)
    return Size(weights, sum(widths), sum(a * b for a, b in pairs))


def _modulated(n: NetworkParams, inputs: int, outputs: int, r: int, *, up: bool = False) -> Size:
    """A 3x3 convolution with its style, noise, strength and bias; `up`: from half the resolution, and filtered."""
    before = (r // 2) ** 2 if up else r * r
    weights = _full(n.w_dim, inputs) + 9 * inputs * outputs + r * r + 1 + outputs
    products = 9 * inputs * outputs * before + (TAPS * outputs * r * r if up else 0)
    return Size(weights, inputs * before + (1 + up) * outputs * r * r, products)


def _conv(inputs: int, outputs: int, kernel: int, r: int) -> Size:
    weights = inputs * outputs * kernel * kernel
    return Size(weights + outputs, outputs * r * r, weights * r * r)


def _full(inputs: int, outputs: int) -> int:
    return inputs * outputs + outputs
