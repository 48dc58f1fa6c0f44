"""Settings of a network from the shapes of its tensors.

Where several tensors tell the same width the majority has it, so that one tensor of a wrong shape is found and named.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gan_cocktail.checkpoints.formats.parts import Found, Part, Weight
from gan_cocktail.checkpoints.pickles.errors import Unreadable
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams

LARGEST = 4096  # pixels a side
Tensors = Mapping[str, Weight]


def network(found: Found) -> NetworkParams:
    """The settings of a file's networks; Unreadable names what cannot be represented or contradicts itself."""
    G = generator_settings(found.G)
    settings = {"mapping_layers": 1} | found.G.settings | G
    _check_told(found.G, G)
    if found.D is not None:
        D = discriminator_settings(found.D, G)
        _check_told(found.D, D | {k: G[k] for k in ("c_dim", "img_resolution", "img_channels")})
        settings |= _of_discriminator(found, D)
    try:
        return parse_section(NetworkParams, settings, "its network cannot be represented here")
    except CocktailError as e:
        raise Unreadable(" ".join(str(e).split())) from None


def _of_discriminator(found: Found, D: dict[str, Any]) -> dict[str, Any]:
    assert found.D is not None
    told = dict(found.D.settings)
    clamps = [(part.called, part.settings.get("conv_clamp")) for part in (found.G, found.D)]
    if clamps[0][1] != clamps[1][1]:
        raise Unreadable(
            f"conv_clamp is {clamps[0][1]} in {clamps[0][0]} and {clamps[1][1]} in {clamps[1][0]}, which cannot be "
            "represented here"
        )
    return {k: v for k, v in told.items() if k in NetworkParams.model_fields} | D


def generator_settings(part: Part) -> dict[str, Any]:
    """Settings that the generator's shapes show."""
    t, resolution = part.tensors, _resolution(part, r"synthesis\.b(\d+)\.")
    blocks = {r: f"synthesis.b{r}." for r in _powers(resolution)}
    widths = {r: _width(part, list(_generator_widths(b, r, blocks))) for r, b in blocks.items()}
    base, most = fit(widths, part, part.settings.get("channel_base"))
    affine = [(f"{b}{layer}.affine.weight", 1) for b in blocks.values() for layer in ("conv0", "conv1", "torgb")]
    w_dim, layers = _width(part, affine), _count(t, r"mapping\.fc(\d+)\.")
    settings: dict[str, Any] = {"img_resolution": resolution, "channel_base": base, "channel_max": most}
    settings["img_channels"] = _width(part, [(f"{b}torgb.{n}", 0) for b in blocks.values() for n in ("weight", "bias")])
    settings["generator"] = _connections(t, "synthesis.b4.torgb.weight", "synthesis.b8.skip.weight")
    c_dim, embed = _embedding(part)
    hidden = _hidden(part, layers)
    settings |= {"w_dim": w_dim, "mapping_layers": layers, "c_dim": c_dim}
    settings["z_dim"] = _width(part, [("mapping.fc0.weight", 1)]) - embed
    settings["embed_dim"] = embed if c_dim and embed != w_dim else None
    settings["mapping_dim"] = hidden if hidden not in (None, w_dim) else None
    return settings


def discriminator_settings(part: Part, G: Mapping[str, Any]) -> dict[str, Any]:
    """Settings that the discriminator's shapes show; `G`: those of the generator, whose widths are the default."""
    t, resolution = part.tensors, _resolution(part, r"b(\d+)\.")
    if resolution != G["img_resolution"]:
        raise Unreadable(f"{part.called} judges {resolution} pixels, but G draws {G['img_resolution']}")
    widths = {r: _width(part, list(_discriminator_widths(r))) for r in _powers(resolution)}
    base, most = fit(widths, part, G["channel_base"])
    settings: dict[str, Any] = {
        "discriminator": _connections(t, "b4.fromrgb.weight", "b8.skip.weight"),
        "discriminator_channel_base": base if base != G["channel_base"] else None,
        "discriminator_channel_max": most if most != G["channel_max"] else None,
        "mbstd_channels": max(0, _width(part, [("b4.conv.weight", 1)], widths[4]) - widths[4]),
    }
    c_dim, embed = _embedding(part)
    if c_dim != G["c_dim"]:
        raise Unreadable(f"{part.called} knows {c_dim} classes, but G {G['c_dim']}")
    if c_dim:
        layers = _count(t, r"mapping\.fc(\d+)\.")
        out = _width(part, [("b4.out.weight", 0), ("b4.out.bias", 0)])
        hidden = _hidden(part, layers)
        settings |= {
            "class_mapping_layers": layers,
            "class_dim": out if out != widths[4] else None,
            "class_embed_dim": embed if embed != out else None,
            "class_mapping_dim": hidden if hidden not in (None, out) else None,
        }
    return settings


def fit(widths: Mapping[int, int], part: Part, preferred: Any) -> tuple[int, int]:
    """channel_base and channel_max, if widths are min(channel_base // r, channel_max) at each resolution r.

    Of the bases that give these widths, the preferred one or the smallest.
    """
    most = max(widths.values())
    low = max(w * r for r, w in widths.items())
    high = min(((w + 1) * r for r, w in widths.items() if w < most), default=low + 1)
    if low >= high:
        raise Unreadable(
            f"the channels of {part.called} are {', '.join(f'{w} at {r}x{r}' for r, w in sorted(widths.items()))}: no "
            "channel_base and channel_max give them, so they cannot be represented here"
        )
    open_ended = all(w == most for w in widths.values())
    fits = isinstance(preferred, int) and low <= preferred and (open_ended or preferred < high)
    return (preferred if fits else low), most


def _check_told(part: Part, shown: Mapping[str, Any]) -> None:
    for name, value in part.settings.items():
        if name in shown and name != "channel_base" and shown[name] is not None and value != shown[name]:
            raise Unreadable(f"{part.called} says {name} {value}, but its tensors are of {name} {shown[name]}")


def _resolution(part: Part, pattern: str) -> int:
    """The largest block's, if all below it are there."""
    found = {int(m[1]) for name in part.tensors if (m := re.match(pattern, name)) and len(m[1]) < 6}
    largest = max(found, default=0)
    if not 4 < largest <= LARGEST or not found <= {*_powers(largest)} or largest & (largest - 1):
        raise Unreadable(
            f"{part.called} has blocks of {sorted(found)[:12]} pixels, expected 4, 8, ... {LARGEST} at most"
        )
    return largest


def _powers(resolution: int) -> list[int]:
    return [2**k for k in range(2, resolution.bit_length())]


def _generator_widths(block: str, r: int, blocks: Mapping[int, str]) -> Iterable[tuple[str, int]]:
    yield from ((f"{block}conv1.{name}", axis) for name, axis in (("weight", 0), ("weight", 1), ("bias", 0)))
    yield from ((f"{block}conv0.{name}", 0) for name in ("weight", "bias"))
    yield from (
        (f"{block}{name}", axis) for name, axis in (("conv1.affine.bias", 0), ("torgb.weight", 1), ("const", 0))
    )
    if r * 2 in blocks:
        yield f"{blocks[r * 2]}conv0.weight", 1


def _discriminator_widths(r: int) -> Iterable[tuple[str, int]]:
    if r == 4:
        yield from ((f"b4.{name}", 0) for name in ("conv.weight", "conv.bias", "fc.weight", "fc.bias", "fromrgb.bias"))
    else:
        yield from ((f"b{r}.{name}", axis) for name in ("conv0.weight", "fromrgb.weight") for axis in (0,))
        yield from (
            (f"b{r}.conv0.bias", 0),
            (f"b{r}.conv0.weight", 1),
            (f"b{r}.conv1.weight", 1),
            (f"b{r}.skip.weight", 1),
        )
    yield from ((f"b{r * 2}.{name}", 0) for name in ("conv1.weight", "conv1.bias", "skip.weight"))


def _width(part: Part, places: list[tuple[str, int]], default: int | None = None) -> int:
    """What most of the places, axes of tensors, say."""
    t = part.tensors
    votes = Counter(t[name].shape[axis] for name, axis in places if name in t and len(t[name].shape) > axis)
    if not votes and default is None:
        raise Unreadable(f"tensor {part.name(places[0][0])} is missing")
    return votes.most_common(1)[0][0] if votes else int(default or 0)


def _embedding(part: Part) -> tuple[int, int]:
    """Classes, and the width of their embedding."""
    if not any(name.startswith("mapping.embed.") for name in part.tensors):
        return 0, 0
    bias = [("mapping.embed.bias", 0), ("mapping.embed.weight", 0)]
    return _width(part, [("mapping.embed.weight", 1)]), _width(part, bias)


def _hidden(part: Part, layers: int) -> int | None:
    """Width between the layers of a mapping network, if there is anything between."""
    if layers < 2:
        return None
    inner = [(f"mapping.fc{i}.{name}", 0) for i in range(layers - 1) for name in ("weight", "bias")]
    return _width(part, inner + [(f"mapping.fc{i}.weight", 1) for i in range(1, layers)])


def _count(tensors: Tensors, pattern: str) -> int:
    return max((int(m[1]) + 1 for name in tensors if (m := re.match(pattern, name)) and len(m[1]) < 4), default=0)


def _connections(tensors: Tensors, at_4: str, shortcut: str) -> str:
    """skip: images at 4x4 too; resnet: a 1x1 convolution around a block; orig: neither."""
    return "skip" if at_4 in tensors else "resnet" if shortcut in tensors else "orig"
