"""Settings of a network from the shapes of its tensors.

Where several tensors tell the same width the majority has it, so that one tensor of a wrong shape is found and named.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from gan_cocktail.checkpoints.formats.parts import Found, Part, Weight
from gan_cocktail.checkpoints.pickles.errors import Unreadable, printable
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams

LARGEST = 4096  # pixels a side
COMMON = ("c_dim", "img_resolution", "img_channels")  # to G and D
EMBEDDING = ("mapping.embed.weight", "mapping.embed.bias")
Tensors = Mapping[str, Weight]


def network(found: Found) -> NetworkParams:
    """The settings of a file's networks; Unreadable names what cannot be represented or contradicts itself."""
    G = generator_settings(found.G)
    _check_told(found.G, G)
    settings = found.G.settings | G
    if found.D is not None:
        D = discriminator_settings(found.D, G)
        _check_told(found.D, G | D)
        _check_clamps(found.G, found.D)
        settings |= found.D.settings | {k: G[k] for k in COMMON} | D
    try:
        return parse_section(NetworkParams, settings, "its network cannot be represented here")
    except CocktailError as e:
        raise Unreadable(" ".join(str(e).split())) from None


def generator_settings(part: Part) -> dict[str, Any]:
    """Settings that the generator's shapes show, and those of single tensors as the file tells them."""
    t, resolution = part.tensors, _resolution(part, r"synthesis\.b(\d+)\.")
    blocks = {r: f"synthesis.b{r}." for r in _powers(resolution)}
    widths = {r: _width(part, list(_generator_widths(b, r, blocks))) for r, b in blocks.items()}
    base, most = fit(widths, part, part.settings.get("channel_base"))
    affine = [(f"{b}{layer}.affine.weight", 1) for b in blocks.values() for layer in ("conv0", "conv1", "torgb")]
    w_dim, layers = _width(part, affine), _count(t, r"mapping\.fc(\d+)\.")
    colours = [(f"{b}torgb.{name}", 0) for b in blocks.values() for name in ("weight", "bias")]
    settings: dict[str, Any] = {"img_resolution": resolution, "channel_base": base, "channel_max": most}
    settings |= {"w_dim": w_dim, "mapping_layers": layers, "img_channels": _told_width(part, "img_channels", colours)}
    settings["generator"] = _connections(t, "synthesis.b4.torgb.", "synthesis.")
    c_dim, embed = _embedding(part, _told(part, "z_dim"))
    settings |= {"c_dim": c_dim, "z_dim": _told_width(part, "z_dim", [("mapping.fc0.weight", 1)], embed)}
    return settings | {"embed_dim": _unlike(embed or None, w_dim), "mapping_dim": _unlike(_hidden(part, layers), w_dim)}


def discriminator_settings(part: Part, G: Mapping[str, Any]) -> dict[str, Any]:
    """The same of the discriminator; `G`: the generator's settings, whose widths are the default."""
    t, resolution = part.tensors, _resolution(part, r"b(\d+)\.")
    if resolution != G["img_resolution"]:
        raise Unreadable(f"{part.called} judges {resolution} pixels, but G draws {G['img_resolution']}")
    widths = {r: _width(part, list(_discriminator_widths(r))) for r in _powers(resolution)}
    base, most = fit(widths, part, G["channel_base"])
    settings: dict[str, Any] = {
        "discriminator": _connections(t, "b4.fromrgb.", ""),
        "discriminator_channel_base": _unlike(base, G["channel_base"]),
        "discriminator_channel_max": _unlike(most, G["channel_max"]),
        "mbstd_channels": _told_width(part, "mbstd_channels", [("b4.conv.weight", 1)], widths[4]),
    }
    c_dim, embed = _embedding(part, 0)
    if c_dim != G["c_dim"]:
        raise Unreadable(f"{part.called} knows {c_dim} classes, but G {G['c_dim']}")
    if c_dim:
        layers = _count(t, r"mapping\.fc(\d+)\.")
        last = f"mapping.fc{layers - 1}" if layers else "mapping.embed"
        out = _width(part, [(f"{name}.{kind}", 0) for name in ("b4.out", last) for kind in ("weight", "bias")])
        settings |= {"class_mapping_layers": layers, "class_dim": _unlike(out, widths[4])}
        settings |= {"class_embed_dim": _unlike(embed, out), "class_mapping_dim": _unlike(_hidden(part, layers), out)}
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
        if name in shown and name != "channel_base" and value != shown[name]:
            told, found = printable(value), shown[name]
            raise Unreadable(f"{part.called} says {name} {told}, but its tensors are of {name} {found}")


def _check_clamps(G: Part, D: Part) -> None:
    a, b = (part.settings.get("conv_clamp") for part in (G, D))
    if a != b:
        told = f"{printable(a)} in {G.called} and {printable(b)} in {D.called}"
        raise Unreadable(f"conv_clamp is {told}, which cannot be represented here")


def _unlike(value: Any, default: Any) -> Any:
    """A setting as NetworkParams writes it: none where it is the default."""
    return None if value == default else value


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
    yield from ((f"{block}conv1.affine.bias", 0), (f"{block}torgb.weight", 1), (f"{block}const", 0))
    if r * 2 in blocks:
        yield f"{blocks[r * 2]}conv0.weight", 1


def _discriminator_widths(r: int) -> Iterable[tuple[str, int]]:
    if r == 4:
        yield from ((f"b4.{name}", 0) for name in ("conv.weight", "conv.bias", "fc.weight", "fc.bias", "fromrgb.bias"))
    else:
        yield from ((f"b{r}.{name}", 0) for name in ("conv0.weight", "conv0.bias", "fromrgb.weight", "fromrgb.bias"))
        yield from ((f"b{r}.{name}.weight", 1) for name in ("conv0", "conv1", "skip"))
    yield from ((f"b{r * 2}.{name}", 0) for name in ("conv1.weight", "conv1.bias", "skip.weight"))


def _width(part: Part, places: list[tuple[str, int]]) -> int:
    """What most of the places, axes of tensors, say."""
    t = part.tensors
    votes = Counter(t[name].shape[axis] for name, axis in places if name in t and len(t[name].shape) > axis)
    if not votes:
        raise Unreadable(f"tensor {part.name(places[0][0])} is missing or has too few axes")
    return votes.most_common(1)[0][0]


def _told_width(part: Part, setting: str, places: list[tuple[str, int]], less: int = 0) -> int:
    """A width that few tensors show: as the file tells it, so that one of a wrong shape is named; else as they show."""
    told = _told(part, setting)
    return told if told is not None else _width(part, places) - less


def _told(part: Part, setting: str) -> int | None:
    told = part.settings.get(setting)
    if isinstance(told, bool) or not isinstance(told, int | None):
        raise Unreadable(f"{part.called} says {setting} {printable(told)}, expected a whole number")
    return told


def _embedding(part: Part, z_dim: int | None) -> tuple[int, int]:
    """Classes, and the width of their embedding; z_dim: what the first layer takes besides, if that is told."""
    if not any(name.startswith("mapping.embed.") for name in part.tensors):
        return 0, 0
    widths = [part.tensors[name].shape[0] for name in EMBEDDING if name in part.tensors and part.tensors[name].shape]
    first = part.tensors.get("mapping.fc0.weight")
    if first is not None and len(first.shape) == 2 and z_dim is not None:
        widths.append(first.shape[1] - z_dim)
    return _told_width(part, "c_dim", [(EMBEDDING[0], 1)]), max(widths, key=widths.count, default=0)


def _hidden(part: Part, layers: int) -> int | None:
    """Width between the layers of a mapping network, if there is anything between."""
    if layers < 2:
        return None
    inner = [(f"mapping.fc{i}.{name}", 0) for i in range(layers - 1) for name in ("weight", "bias")]
    return _width(part, inner + [(f"mapping.fc{i}.weight", 1) for i in range(1, layers)])


def _count(tensors: Tensors, pattern: str) -> int:
    return max((int(m[1]) + 1 for name in tensors if (m := re.match(pattern, name)) and len(m[1]) < 4), default=0)


def _connections(tensors: Tensors, at_4: str, blocks: str) -> str:
    """skip: images at 4x4 too; resnet: a 1x1 convolution around a block; orig: neither."""
    if any(name.startswith(at_4) for name in tensors):
        return "skip"
    shortcut = re.compile(re.escape(blocks) + r"b\d+\.skip\.")
    return "resnet" if any(shortcut.match(name) for name in tensors) else "orig"
