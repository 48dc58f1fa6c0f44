"""rosinality/stylegan2-pytorch: training checkpoints (g_ema, d, optimisers) and converted ones (g_ema, latent_avg).

They tell no settings but `args` of a training: RGB, G `skip`, D `resnet`, no classes, no clamp. The names differ.
"""

import re
from collections import Counter
from typing import Any

from gan_cocktail.checkpoints.formats.parts import Format, Found, Part, Weight, check_filter
from gan_cocktail.checkpoints.pickles.errors import WAY_OUT, Unreadable, printable
from gan_cocktail.checkpoints.pickles.objects import Record
from gan_cocktail.checkpoints.pickles.storages import TensorView

LAYER = {  # of one convolution, ours: theirs; the axes of size one that theirs has more
    "weight": ("conv.weight", (0,)),
    "bias": ("activate.bias", ()),
    "affine.weight": ("conv.modulation.weight", ()),
    "affine.bias": ("conv.modulation.bias", ()),
    "noise_strength": ("noise.weight", (0,)),
}
TO_RGB = {name: LAYER[name] for name in ("weight", "affine.weight", "affine.bias")} | {"bias": ("bias", (0, 2, 3))}
FIXED = {"conv_clamp": None, "img_channels": 3, "c_dim": 0}
Names = dict[str, tuple[str, tuple[int, ...]]]


def _state(content: Any) -> tuple[str, Any]:
    """The generator's state dict: of the moving average if there, or the whole of the file."""
    if isinstance(content, dict) and "input.input" in content:
        return "g_ema", content
    keys = ("g_ema", "g") if isinstance(content, dict) else ()
    return next(((k, content[k]) for k in keys if isinstance(content.get(k), dict)), ("", None))


def _matches(content: Any) -> bool:
    called, state = _state(content)
    return bool(called) and any(str(name).startswith(("style.", "conv1.", "to_rgb", "input.")) for name in state)


def _read(content: Any) -> Found:
    called, state = _state(content)
    whole = content if content is not state else {}
    _refuse_others(whole, state)
    blocks, layers = _count(state, r"to_rgbs\.(\d+)\."), _count(state, r"style\.(\d+)\.") - 1
    found = Found("rosinality/stylegan2-pytorch", _part(called, state, generator_names(blocks, layers)))
    found.G.settings = FIXED | _width(state)
    if not any(str(name).startswith("noises.") for name in state):  # before 2020 they were not kept
        found.G.drawn = {name for name in found.G.names if name.endswith("noise_const")}
    average = whole.get("latent_avg")
    if isinstance(average, TensorView):
        found.G.tensors["mapping.w_avg"] = Weight(average)
        found.G.names = {**found.G.names, "mapping.w_avg": "latent_avg"}
    if isinstance(whole.get("d"), dict):
        names = discriminator_names(max(1, _count(whole["d"], r"convs\.(\d+)\.") - 1))
        found.D = _part("d", whole["d"], names)
        found.D.settings = FIXED | {"mbstd_group_size": 4, "mbstd_channels": 1}
    for key in whole:
        if key not in (called, "d", "latent_avg"):
            found.note("dropped", printable(key))
    if called == "g":
        found.note("assumed", "g serves for g_ema, the moving average, which the file does not have")
    return found


def _width(state: dict[Any, Any]) -> dict[str, int]:
    """z is as wide as w, which the biases of the mapping tell."""
    biases = [view for name, view in state.items() if re.fullmatch(r"style\.\d+\.bias", str(name))]
    widths = Counter(view.shape[0] for view in biases if isinstance(view, TensorView) and view.shape)
    return {"z_dim": widths.most_common(1)[0][0]} if widths else {}


def _refuse_others(whole: dict[Any, Any], state: dict[Any, Any]) -> None:
    args = whole.get("args")
    arch = args.state.get("arch", "stylegan2") if isinstance(args, Record) else "stylegan2"
    if arch == "swagan" or any(re.search(r"\b[di]wt\.", str(name)) for name in state):
        raise Unreadable(f"a SWAGAN: wavelet networks cannot be represented here; {WAY_OUT}")
    if arch != "stylegan2":
        raise Unreadable(f"a network of arch {printable(arch)}: only stylegan2 can be represented here; {WAY_OUT}")


def _part(called: str, state: dict[Any, Any], names: Names) -> Part:
    """The tensors by our names; kernels are the resampling filter and are dropped."""
    ours = {theirs: (name, extra) for name, (theirs, extra) in names.items()}
    part = Part(called, {}, names={name: theirs for name, (theirs, _) in names.items()})
    for theirs, view in state.items():
        if not isinstance(view, TensorView):
            raise Unreadable(f"{called}.{printable(theirs)} is a {type(view).__name__}, expected a tensor")
        if str(theirs).endswith(".kernel"):
            gain = 4.0 if str(theirs).endswith(("blur.kernel", "upsample.kernel")) else 1.0
            check_filter(view, f"{called}.{printable(theirs)}", gain)
            continue
        name, extra = ours.get(theirs, (printable(theirs), ()))
        part.tensors[name] = Weight(view.drop(*extra) if len(view.shape) > max(extra, default=-1) else view)
    return part


def generator_names(blocks: int, layers: int) -> Names:
    """Of a generator of so many blocks beyond 4x4 and layers of mapping."""
    names: Names = {"synthesis.b4.const": ("input.input", (0,))}
    names |= {f"mapping.fc{i}.{n}": (f"style.{i + 1}.{n}", ()) for i in range(layers) for n in ("weight", "bias")}
    names |= _layer("synthesis.b4.conv1", "conv1", LAYER) | _layer("synthesis.b4.torgb", "to_rgb1", TO_RGB)
    names["synthesis.b4.conv1.noise_const"] = ("noises.noise_0", (0, 1))
    for j in range(blocks):
        block = f"synthesis.b{8 * 2**j}"
        for k in (0, 1):
            names |= _layer(f"{block}.conv{k}", f"convs.{2 * j + k}", LAYER)
            names[f"{block}.conv{k}.noise_const"] = (f"noises.noise_{2 * j + k + 1}", (0, 1))
        names |= _layer(f"{block}.torgb", f"to_rgbs.{j}", TO_RGB)
    return names


def discriminator_names(blocks: int) -> Names:
    """Of a discriminator of so many blocks beyond 4x4."""
    first = 4 * 2**blocks
    names = {f"b{first}.fromrgb.weight": "convs.0.0.weight", f"b{first}.fromrgb.bias": "convs.0.1.bias"}
    for i in range(1, blocks + 1):
        block, convs = f"b{first // 2 ** (i - 1)}", f"convs.{i}"
        names |= {f"{block}.conv0.weight": f"{convs}.conv1.0.weight", f"{block}.conv0.bias": f"{convs}.conv1.1.bias"}
        names |= {f"{block}.conv1.weight": f"{convs}.conv2.1.weight", f"{block}.conv1.bias": f"{convs}.conv2.2.bias"}
        names[f"{block}.skip.weight"] = f"{convs}.skip.1.weight"
    names |= {"b4.conv.weight": "final_conv.0.weight", "b4.conv.bias": "final_conv.1.bias"}
    for i, layer in enumerate(("fc", "out")):
        names |= {f"b4.{layer}.{n}": f"final_linear.{i}.{n}" for n in ("weight", "bias")}
    return {ours: (theirs, ()) for ours, theirs in names.items()}


def _layer(ours: str, theirs: str, names: Names) -> Names:
    return {f"{ours}.{name}": (f"{theirs}.{other}", extra) for name, (other, extra) in names.items()}


def _count(state: dict[Any, Any], pattern: str) -> int:
    """One more than the largest number that names have; of more than a few, the file is something else."""
    found = [int(m[1]) for name in state if (m := re.match(pattern, str(name))) and len(m[1]) < 3]
    return max(found, default=-1) + 1


ROSINALITY = Format("rosinality/stylegan2-pytorch", _matches, _read)
