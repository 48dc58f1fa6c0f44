"""TensorFlow's StyleGAN2 and StyleGAN2-ADA: a tuple (G, D, Gs) of dnnlib Networks, Gs being the moving average.

Weights are transposed, and flipped where a convolution upsamples; modulation biases lack the 1 that they stand for.
What a file does not tell (defaults of the code) is taken as NVIDIA's converter takes it.
"""

import re
import struct
from typing import Any

from gan_cocktail.checkpoints.formats.parts import Format, Found, Part, Weight
from gan_cocktail.checkpoints.pickles.errors import WAY_OUT, Unreadable, printable, scalar
from gan_cocktail.checkpoints.pickles.objects import Array, Network
from gan_cocktail.checkpoints.pickles.storages import Number, Storage, TensorView

OLDEST = 4  # the state version of StyleGAN2; 5 is ADA's
SETTINGS = {  # theirs -> ours
    "conv_clamp": "conv_clamp",
    "latent_size": "z_dim",
    "dlatent_size": "w_dim",
    "label_size": "c_dim",
    "resolution": "img_resolution",
    "num_channels": "img_channels",
    "mapping_layers": "mapping_layers",
    "mbstd_group_size": "mbstd_group_size",
    "mbstd_num_features": "mbstd_channels",
}
HERE = 0.01  # learning-rate multiplier of mapping layers
SKIPPED = ("lod",)  # how far a progressive training has come
NAMES: list[tuple[str, str]] = [  # theirs -> ours, in the order in which they are tried
    (r"(\d+)x\1/Const/const", r"synthesis.b\1.const"),
    (r"4x4/Conv/(.*)", r"synthesis.b4.conv1.\1"),
    (r"(\d+)x\1/Conv0_up/(.*)", r"synthesis.b\1.conv0.\2"),
    (r"(\d+)x\1/Conv1/(.*)", r"synthesis.b\1.conv1.\2"),
    (r"(\d+)x\1/ToRGB/(.*)", r"synthesis.b\1.torgb.\2"),
    (r"(\d+)x\1/Skip/(.*)", r"synthesis.b\1.skip.\2"),
]
D_NAMES: list[tuple[str, str]] = [
    (r"(\d+)x\1/FromRGB/(.*)", r"b\1.fromrgb.\2"),
    (r"4x4/Conv/(.*)", r"b4.conv.\1"),
    (r"4x4/Dense0/(.*)", r"b4.fc.\1"),
    (r"(\d+)x\1/Conv0/(.*)", r"b\1.conv0.\2"),
    (r"(\d+)x\1/Conv1_down/(.*)", r"b\1.conv1.\2"),
    (r"(\d+)x\1/Skip/(.*)", r"b\1.skip.\2"),
    (r"Output/(.*)", r"b4.out.\1"),
    (r"Mapping(\d+)/(.*)", r"mapping.fc\1.\2"),
    (r"LabelEmbed/(.*)", r"mapping.embed.\1"),
]
MAPPING: list[tuple[str, str]] = [
    (r"LabelEmbed/(.*)", r"mapping.embed.\1"),
    (r"Dense(\d+)/(.*)", r"mapping.fc\1.\2"),
]
G_NAMES: list[tuple[str, str]] = [(r"dlatent_avg", r"mapping.w_avg")]
AFFINE = {"mod_weight": "affine.weight", "mod_bias": "affine.bias"}


def _matches(content: Any) -> bool:
    nets = content if isinstance(content, (tuple, list)) else [content]
    return bool(nets) and all(isinstance(net, Network) for net in nets)


def _read(content: Any) -> Found:
    nets = list(content) if isinstance(content, (tuple, list)) else [content]
    called, G = ("Gs", nets[-1])
    version = G.state.get("version")
    if not isinstance(version, int) or version < OLDEST:
        raise Unreadable(
            f"a TensorFlow network of version {printable(version)}, older than StyleGAN2's ({OLDEST}): it cannot be "
            f"represented here; {WAY_OUT}"
        )
    found = Found(f"TensorFlow StyleGAN2, version {version}", _generator(called, G))
    if len(nets) == 3:
        found.D = _discriminator("D", nets[1])
        found.note("dropped", "G")
        if found.D.settings["mbstd_group_size"] is None:
            found.note(
                "assumed", "mbstd_group_size of the whole batch, as the converter does; the file does not tell it"
            )
    return found


def _generator(called: str, G: Network) -> Part:
    parts = G.state.get("components")
    if not isinstance(parts, dict) or not all(isinstance(parts.get(k), Network) for k in ("synthesis", "mapping")):
        raise Unreadable(f"a TensorFlow network without synthesis and mapping: no StyleGAN2; {WAY_OUT}")
    kwargs = _kwargs(G)
    scale = _number(kwargs, "mapping_lrmul", 0.01) / HERE
    part = Part(called, {})
    _add(part, G, G_NAMES, scale)
    _add(part, parts["mapping"], MAPPING, scale)
    _add(part, parts["synthesis"], NAMES, scale)
    if kwargs.get("use_noise", True) is False:
        layers = [name.removesuffix(".affine.weight") for name in part.tensors if name.endswith("affine.weight")]
        part.zeros = {f"{layer}.{n}" for layer in layers for n in ("noise_const", "noise_strength") if "conv" in layer}
    _check(kwargs, called, {"mapping_nonlinearity": "lrelu", "normalize_latents": True})
    part.settings = {"conv_clamp": None, "generator": scalar(kwargs.get("architecture", "skip"), "architecture")}
    part.settings |= _settings(kwargs, tuple(name for name in SETTINGS if not name.startswith("mbstd")))
    part.settings["channel_base"] = 2 * _number(kwargs, "fmap_base", 0)
    return part


def _discriminator(called: str, D: Network) -> Part:
    kwargs, part = _kwargs(D), Part(called, {})
    _add(part, D, D_NAMES, _number(kwargs, "mapping_lrmul", 0.1) / HERE)
    _check(kwargs, called, {})
    part.settings = {"conv_clamp": None, "mbstd_group_size": None, "mbstd_channels": 1}
    part.settings |= _settings(kwargs, ("conv_clamp", "label_size", "resolution", "num_channels"))
    part.settings |= _settings(kwargs, ("mbstd_group_size", "mbstd_num_features"))
    part.settings["discriminator"] = scalar(kwargs.get("architecture", "resnet"), "architecture")
    return part


def _kwargs(net: Network) -> dict[Any, Any]:
    kwargs = net.state.get("static_kwargs")
    if not isinstance(kwargs, dict):
        raise Unreadable("a TensorFlow network without static_kwargs: no StyleGAN2")
    return kwargs


def _settings(kwargs: dict[Any, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What a training passed of some settings, by our names."""
    return {SETTINGS[name]: scalar(kwargs[name], name) for name in names if name in kwargs}


def _number(kwargs: dict[Any, Any], name: str, default: float) -> float:
    value = scalar(kwargs.get(name, default), name)
    if not isinstance(value, (int, float)):
        raise Unreadable(f"{name} is {printable(value)}, expected a number")
    return value


def _check(kwargs: dict[Any, Any], called: str, more: dict[str, Any]) -> None:
    """Refuse what cannot be represented."""
    for name, value in ({"nonlinearity": "lrelu", "resample_kernel": [1, 3, 3, 1]} | more).items():
        found = kwargs.get(name, value)
        if (list(found) if isinstance(found, tuple) else found) != value:
            raise Unreadable(
                f"{name} of {called} is {printable(found)}, expected {value}: it cannot be represented here"
            )


def _add(part: Part, net: Network, names: list[tuple[str, str]], mapping_scale: float) -> None:
    """A network's variables, by our names and in our layout."""
    variables = net.state.get("variables")
    if not isinstance(variables, list) or not all(isinstance(v, tuple) and len(v) == 2 for v in variables):
        raise Unreadable(f"a TensorFlow network without variables: {part.called} is no StyleGAN2")
    part_names = dict(part.names)
    for theirs, value in ((printable(name), value) for name, value in variables):
        if theirs in SKIPPED:
            continue
        if "LabelConcat" in theirs:
            raise Unreadable(
                f"a StyleGAN2 with classes by LabelConcat ({part.called}), which cannot be represented here; {WAY_OUT}"
            )
        ours = _ours(theirs, names)
        part_names[ours] = theirs
        part.tensors[ours] = _weight(ours, _view(value, f"{part.called}.{theirs}"), mapping_scale)
    part.names = part_names


def _ours(theirs: str, names: list[tuple[str, str]]) -> str:
    noise = re.fullmatch(r"noise(\d{1,2})", theirs)
    if noise:
        n = int(noise[1])
        return f"synthesis.b{2 ** ((n + 5) // 2)}.conv{1 if n % 2 == 0 else 0}.noise_const"
    for pattern, ours in names:
        if match := re.fullmatch(pattern, theirs):
            name = match.expand(ours)
            head, _, last = name.rpartition(".")
            return f"{head}.{AFFINE.get(last, last)}"
    return theirs


def _weight(name: str, view: TensorView, mapping_scale: float) -> Weight:
    """Ours of theirs: [k, k, I, O] -> [O, I, k, k], [I, O] -> [O, I], and what else differs."""
    axes = len(view.shape)
    if name.endswith(".weight") and axes == 4:
        upsamples = name.startswith("synthesis.") and name.endswith((".conv0.weight", ".skip.weight"))
        return Weight(view.permute(3, 2, 0, 1), flipped=upsamples)
    if name.endswith(".weight") and axes == 2:
        view = view.permute(1, 0)
    if name.startswith("mapping.fc"):
        return Weight(view, scale=mapping_scale)
    if name.endswith(".affine.bias"):
        return Weight(view, shift=1.0)
    return Weight(
        view.drop(0) if name.endswith(".const") else view.drop(0, 1) if name.endswith("noise_const") else view
    )


def _view(value: Any, name: str) -> TensorView:
    if isinstance(value, Array) and value.tensor is not None:
        return value.tensor
    if isinstance(value, float):  # a scalar
        return TensorView(Storage(Number("<f8"), 1, memoryview(struct.pack("<d", value))), 0, (), ())
    raise Unreadable(f"{name} is a {type(value).__name__}, expected an array")


TENSORFLOW = Format("TensorFlow StyleGAN2", _matches, _read)
