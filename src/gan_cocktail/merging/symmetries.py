"""In which orders a network's channels can stand without a change of what it computes.

A channel's order is a matter of naming: permute what writes the channels and what reads them alike, and the function
stays as it was (Hecht-Nielsen 1990; for merging, Ainsworth et al. 2023, "Git Re-Basin").
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import State
from gan_cocktail.params.network import NetworkParams


@dataclass(frozen=True)
class Axis:
    """Where channels are in a tensor: along `dim` from `offset` on, each of them `width` indices wide."""

    name: str
    dim: int
    offset: int = 0
    width: int = 1


@dataclass
class Channels:
    """Some `size` channels that can change places, and all axes that they are on."""

    size: int
    axes: list[Axis] = field(default_factory=list)

    def written_by(self, *layers: str) -> None:
        """Layers' outputs: rows of their weights, and biases."""
        self.axes += [Axis(f"{layer}.{what}", 0) for layer in layers for what in ("weight", "bias")]

    def read_by(self, layer: str, offset: int = 0, width: int = 1) -> None:
        """A layer's inputs: columns of its weight."""
        self.axes.append(Axis(f"{layer}.weight", 1, offset, width))

    def styled_by(self, layer: str) -> None:
        """The inputs of a modulated layer: of its weight, and of the affine map that scales them."""
        self.read_by(layer)
        self.written_by(f"{layer}.affine")


def channels(network: NetworkParams) -> dict[str, list[Channels]]:
    """All of G and of D, in an order in which each is linked to those before it, or to inputs that keep their place.

    Latents, classes, colours, pixels and logits keep their place.
    """
    return {"G": _generator(network), "D": _discriminator(network)}


def _mapping(
    name: str, sizes: tuple[int, int, int], layers: int, z_dim: int, conditional: bool
) -> tuple[list[Channels], Channels]:
    """Those of a mapping network, and those that it gives; sizes: of embedding, hidden layers and output."""
    embed, hidden, out = sizes
    found, last = [], Channels(embed)
    if conditional:
        last.written_by(f"{name}.embed")
        found.append(last)
    for k in range(layers):
        if k or conditional:
            last.read_by(f"{name}.fc{k}", 0 if k else z_dim)
        last = Channels(out if k == layers - 1 else hidden)
        last.written_by(f"{name}.fc{k}")
        found.append(last)
    return found, last


def _generator(network: NetworkParams) -> list[Channels]:
    n, w_dim = network, network.w_dim
    sizes = n.embed_dim or w_dim, n.mapping_dim or w_dim, w_dim
    found, w = _mapping("mapping", sizes, n.mapping_layers, n.z_dim, n.c_dim > 0)
    w.axes.append(Axis("mapping.w_avg", 1 if n.c_dim else 0))
    x = Channels(n.channels(4), [Axis("synthesis.b4.const", 0)])
    found.append(x)
    for r in n.resolutions:
        block, size, before = f"synthesis.b{r}", n.channels(r), x
        for conv in ("conv0", "conv1") if r > 4 else ("conv1",):
            x.styled_by(f"{block}.{conv}")
            w.read_by(f"{block}.{conv}.affine")
            x = Channels(size)
            x.written_by(f"{block}.{conv}")
            found.append(x)
        if r > 4 and n.generator == "resnet":
            before.read_by(f"{block}.skip")
            x.axes.append(Axis(f"{block}.skip.weight", 0))
        if n.generator == "skip" or r == n.img_resolution:
            x.styled_by(f"{block}.torgb")
            w.read_by(f"{block}.torgb.affine")
    return found


def _discriminator(network: NetworkParams) -> list[Channels]:
    n, found = network, []
    x = Channels(n.discriminator_channels(n.img_resolution))
    for r in n.resolutions[:0:-1]:
        block, before = f"b{r}", x
        if r == n.img_resolution or n.discriminator == "skip":
            x.written_by(f"{block}.fromrgb")
        x.read_by(f"{block}.conv0")
        inside = Channels(n.discriminator_channels(r))
        inside.written_by(f"{block}.conv0")
        inside.read_by(f"{block}.conv1")
        x = Channels(n.discriminator_channels(r // 2))
        x.written_by(f"{block}.conv1")
        if n.discriminator == "resnet":
            before.read_by(f"{block}.skip")
            x.axes.append(Axis(f"{block}.skip.weight", 0))
        found += [before, inside]
    return found + _epilogue(n, x)


def _epilogue(network: NetworkParams, x: Channels) -> list[Channels]:
    """Those of the last block, which reads x; where deviations are of parts of the channels, these keep their place."""
    n, size = network, network.discriminator_channels(4)
    if n.discriminator == "skip":
        x.written_by("b4.fromrgb")
    x.read_by("b4.conv")
    last, hidden = Channels(size), Channels(size)
    last.written_by("b4.conv")
    last.read_by("b4.fc", width=16)
    hidden.written_by("b4.fc")
    hidden.read_by("b4.out")
    found = [*([x] if n.mbstd_channels <= 1 else []), last, hidden]
    if n.c_dim:  # the logit is a product with the class vector
        sizes = n.class_embed_dim or n.class_width, n.class_mapping_dim or n.class_width, n.class_width
        mapping, vector = _mapping("mapping", sizes, n.class_mapping_layers, 0, True)
        vector.written_by("b4.out")
        found += mapping
    return found


def permuted(state: State, group: Channels, order: Tensor) -> State:
    """The state with a group's channels in another order [size]: the k-th is what the order[k]-th was."""
    return state | {axis.name: _reordered(state[axis.name], axis, order) for axis in group.axes}


def _reordered(tensor: Tensor, axis: Axis, order: Tensor) -> Tensor:
    index = torch.arange(tensor.shape[axis.dim])
    places = (order[:, None] * axis.width + torch.arange(axis.width)).flatten() + axis.offset
    index[axis.offset : axis.offset + len(places)] = places
    return tensor.index_select(axis.dim, index)


def rows(state: Mapping[str, Tensor], axis: Axis, size: int) -> Tensor:
    """What a tensor holds of each channel along an axis, a row each [size, ...]."""
    part = state[axis.name].narrow(axis.dim, axis.offset, size * axis.width)
    return part.movedim(axis.dim, 0).reshape(size, -1)
