"""What the layers of stylegan2-ada-pytorch's modules say that their tensors do not show.

Layers keep what they compute with as attributes. Settings are taken from there; what StyleGAN2 fixes is checked, and
gains (learning-rate multipliers) other than ours are folded into the weights that they multiply.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from gan_cocktail.checkpoints.formats.parts import agreed
from gan_cocktail.checkpoints.pickles.errors import Unreadable, printable, scalar
from gan_cocktail.checkpoints.pickles.objects import Module
from gan_cocktail.checkpoints.pickles.storages import TensorView

Modules = Mapping[str, Module]
LRELU, LINEAR = {"activation": "lrelu", "act_gain": math.sqrt(2)}, {"activation": "linear"}
FIXED: list[tuple[str, dict[str, Any]]] = [  # attributes that StyleGAN2 fixes, by the paths of layers
    (r"synthesis\.b\d+\.conv0", LRELU | {"up": 2}),
    (r"synthesis\.b\d+\.conv1", LRELU | {"up": 1}),
    (r"synthesis\.b\d+\.skip", LINEAR | {"up": 2, "down": 1, "conv_clamp": None}),
    (r"b\d+\.(fromrgb|conv0|conv)", LRELU | {"up": 1, "down": 1}),
    (r"b\d+\.conv1", LRELU | {"up": 1, "down": 2}),
    (r"b\d+\.skip", LINEAR | {"up": 1, "down": 2, "conv_clamp": None}),
    (r"b4\.fromrgb", {"conv_clamp": None}),
    (r"mapping\.fc\d+|b4\.fc", {"activation": "lrelu"}),
    (r".*\.(affine|embed|out)", LINEAR),
]
CLAMPED = r"synthesis\.b\d+\.(conv[01]|torgb)|b(?!4\.)\d+\.(fromrgb|conv[01])|b4\.conv"
LINEAR_LAYER = r"mapping\.(embed|fc\d+)|b4\.(fc|out)|.*\.affine"
CONVOLUTION = r"b\d+\.(fromrgb|conv[01]?|skip)|synthesis\.b\d+\.(skip|torgb)"
MULTIPLIER = 0.01  # of the learning rate of mapping layers, here


def generator_settings(modules: Modules) -> dict[str, Any]:
    """Settings of a Generator, by our names."""
    _check_fixed(modules)
    settings = _attributes(modules[""], ("z_dim", "c_dim", "w_dim", "img_resolution", "img_channels"))
    settings |= {"conv_clamp": _clamp(modules), "generator": _architecture(modules, r"synthesis\.b\d+")}
    settings["mapping_layers"] = _attribute(modules, "mapping", "num_layers")
    return settings | _base(modules, "", "synthesis")


def discriminator_settings(modules: Modules) -> dict[str, Any]:
    """Settings of a Discriminator, by our names."""
    _check_fixed(modules)
    settings = _attributes(modules[""], ("c_dim", "img_resolution", "img_channels"))
    settings |= {"conv_clamp": _clamp(modules), "discriminator": _architecture(modules, r"b\d+")}
    if "b4.mbstd" in modules:
        settings["mbstd_group_size"] = _attribute(modules, "b4.mbstd", "group_size")
        settings["mbstd_channels"] = _attribute(modules, "b4.mbstd", "num_channels")
    else:
        settings["mbstd_channels"] = 0
    return settings


def scales(called: str, modules: Modules, views: Mapping[str, TensorView]) -> dict[str, float]:
    """By what each tensor is to be multiplied so that our gains give what the layer's gave."""
    found: dict[str, float] = {}
    for path, module in modules.items():
        weight = views.get(f"{path}.weight")
        linear = re.fullmatch(LINEAR_LAYER, path)
        if weight is None or not (linear or re.fullmatch(CONVOLUTION, path)) or not math.prod(weight.shape):
            continue
        ours = MULTIPLIER if path.startswith("mapping.fc") else 1.0
        fan_in = math.prod(weight.shape[1:])
        found[f"{path}.weight"] = _ratio(called, path, module, "weight_gain", ours / math.sqrt(fan_in))
        if linear:
            found[f"{path}.bias"] = _ratio(called, path, module, "bias_gain", ours)
    return {name: scale for name, scale in found.items() if not math.isclose(scale, 1, rel_tol=1e-6)}


def _ratio(called: str, path: str, module: Module, name: str, ours: float) -> float:
    gain = scalar(module.state.get(name), f"{name} of {called}.{path}")
    if not isinstance(gain, (int, float)) or not math.isfinite(gain):
        raise Unreadable(f"{name} of {called}.{path} is {printable(gain)}, expected a number")
    return gain / ours


def _check_fixed(modules: Modules) -> None:
    for path, module in modules.items():
        for pattern, attributes in FIXED:
            if not re.fullmatch(pattern, path):
                continue
            for name, value in attributes.items():
                found = module.state.get(name)
                close = (
                    isinstance(found, float) and isinstance(value, float) and math.isclose(found, value, rel_tol=1e-5)
                )
                if not close and found != value:
                    raise Unreadable(
                        f"{name} of the layer {path} is {printable(found)}, expected {value}: it cannot be represented "
                        "here"
                    )


def _clamp(modules: Modules) -> Any:
    values = [(p, _attribute(modules, p, "conv_clamp")) for p in modules if re.fullmatch(CLAMPED, p)]
    return agreed(values, "conv_clamp")


def _architecture(modules: Modules, blocks: str) -> Any:
    return agreed(
        [(p, _attribute(modules, p, "architecture")) for p in modules if re.fullmatch(blocks, p)], "architecture"
    )


def _attribute(modules: Modules, path: str, name: str) -> Any:
    if path not in modules or name not in modules[path].state:
        raise Unreadable(f"the module {path} does not say its {name}, as those of StyleGAN2 do")
    return scalar(modules[path].state[name], f"{name} of {path}")


def _attributes(module: Module, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: _attribute({"": module}, "", name) for name in names}


def _base(modules: Modules, *paths: str) -> dict[str, Any]:
    """channel_base as it was asked for, if it is told: shapes leave it open within bounds."""
    for path in paths:
        kwargs = modules[path].state.get("_init_kwargs") if path in modules else None
        for given in (kwargs, kwargs.get("synthesis_kwargs") if isinstance(kwargs, dict) else None):
            if isinstance(given, dict) and isinstance(given.get("channel_base"), int):
                return {"channel_base": given["channel_base"]}
    return {}
