"""State dicts with the names of stylegan2-ada-pytorch: of G_ema alone, or a dict of several.

They hold tensors alone. What shapes do not show is assumed as the training program sets it, and said.
"""

from typing import Any

from gan_cocktail.checkpoints.formats.parts import Format, Found, Part, Weight, check_filter
from gan_cocktail.checkpoints.pickles.errors import printable
from gan_cocktail.checkpoints.pickles.storages import TensorView

GENERATORS = ("G_ema", "g_ema", "G", "g", "generator", "state_dict")
DISCRIMINATORS = ("D", "d", "discriminator")
CLAMP, GROUP = 256.0, 4  # of all its configurations but fp32; of most


def _is_generator(content: Any) -> bool:
    return isinstance(content, dict) and any(printable(name).startswith("synthesis.b") for name in content)


def _generator(content: dict[Any, Any]) -> tuple[str, Any]:
    if _is_generator(content):
        return "G_ema", content
    return next(((key, content[key]) for key in GENERATORS if _is_generator(content.get(key))), ("", None))


def _matches(content: Any) -> bool:
    return isinstance(content, dict) and bool(_generator(content)[0])


def _read(content: Any) -> Found:
    called, G = _generator(content)
    found = Found("stylegan2-ada-pytorch, state dict", _part(called, G))
    found.G.settings = {"conv_clamp": CLAMP}
    found.note("assumed", f"conv_clamp {CLAMP:g}, which a state dict does not tell")
    key = next((k for k in DISCRIMINATORS if content is not G and isinstance(content.get(k), dict)), None)
    if key is not None:
        found.D = _part(key, content[key])
        found.D.settings = {"conv_clamp": CLAMP, "mbstd_group_size": GROUP}
        found.note("assumed", f"mbstd_group_size {GROUP}, which a state dict does not tell")
    if content is not G:
        for other in content.keys() - {called, key}:
            found.note("dropped", printable(other))
    return found


def _part(called: str, state: dict[Any, Any]) -> Part:
    tensors = {printable(name): view for name, view in state.items() if isinstance(view, TensorView)}
    for name in [name for name in tensors if name.rpartition(".")[2] == "resample_filter"]:
        check_filter(tensors.pop(name), f"{called}.{name}")
    part = Part(called, {name: Weight(view) for name, view in tensors.items()})
    if not any(name.endswith(("noise_const", "noise_strength")) for name in tensors):
        layers = [name.removesuffix(".affine.weight") for name in tensors if name.endswith(".affine.weight")]
        quiet = [layer for layer in layers if layer.endswith(("conv0", "conv1"))]
        part.zeros = {f"{layer}.{name}" for layer in quiet for name in ("noise_const", "noise_strength")}
    return part


ADA_STATE = Format("stylegan2-ada-pytorch, state dict", _matches, _read)
