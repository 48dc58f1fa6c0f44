"""rosinality/stylegan2-pytorch: the `.pt` that most inversion and editing tools ask for, of one class."""

from pathlib import Path

import torch
from torch import Tensor

from gan_cocktail.checkpoints.formats.parts import FILTER
from gan_cocktail.checkpoints.formats.rosinality import FIXED, Names, discriminator_names, generator_names
from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.checkpoints.truncation import W_AVG
from gan_cocktail.errors import CocktailError
from gan_cocktail.exporting.formats import Export
from gan_cocktail.files import atomic
from gan_cocktail.params.network import NetworkParams

KERNEL = torch.from_numpy(FILTER).float()
DISCRIMINATOR = {"discriminator": "resnet", "mbstd_group_size": 4, "mbstd_channels": 1}


def write(model: Model, path: Path) -> list[str]:
    """Write `g_ema`, `latent_avg` and, if there is one that this program can hold, `d`; plain tensors alone.

    Raises CocktailError, naming the setting, if its generator has one that the program does not know.
    """
    n = model.network
    needs: dict[str, object] = {name: value for name, value in FIXED.items() if name != "conv_clamp"}
    needs |= {"generator": "skip", "w_dim": n.z_dim, "mapping_dim": None}
    _check(n, needs)
    blocks, said = len(n.resolutions) - 1, []
    if n.conv_clamp is not None:
        said.append(f"activations are clamped at {n.conv_clamp:g} here and not there: images differ where that bites")
    content: dict[str, object] = {
        "g_ema": _named(model.G, generator_names(blocks, n.mapping_layers)) | _generator_kernels(blocks),
        "latent_avg": model.G[W_AVG].clone(),
    }
    if model.D and all(getattr(n, k) == v for k, v in DISCRIMINATOR.items()):
        content["d"] = _named(model.D, discriminator_names(blocks)) | _discriminator_kernels(blocks)
    elif model.D:
        unlike = [f"{k} {found}" for k, v in DISCRIMINATOR.items() if (found := getattr(n, k)) != v]
        said.append(f"the discriminator was left out: this program has none of {' and '.join(unlike)}")
    with atomic(path) as temporary:
        torch.save(content, temporary)
    return said


def _check(network: NetworkParams, needs: dict[str, object]) -> None:
    for name, value in needs.items():
        if (found := getattr(network, name)) not in (value, network.w_dim if name == "mapping_dim" else value):
            raise CocktailError(
                f"rosinality's program expects {name} {value}, and this model has {found}; export it as ada or onnx"
            )


def _named(state: State, names: Names) -> dict[str, Tensor]:
    """The tensors by their names there, with the axes of size one that they have there."""
    found = {}
    for ours, (theirs, axes) in names.items():
        if ours == W_AVG:
            continue
        tensor = state[ours]
        for axis in axes:
            tensor = tensor.unsqueeze(axis)
        found[theirs] = tensor.contiguous().clone()
    return found


def _generator_kernels(blocks: int) -> dict[str, Tensor]:
    """The resampling filters, which it keeps among the weights; with the gain of upsampling."""
    names = [f"{name}.kernel" for j in range(blocks) for name in (f"convs.{2 * j}.conv.blur", f"to_rgbs.{j}.upsample")]
    return dict.fromkeys(names, KERNEL * 4)


def _discriminator_kernels(blocks: int) -> dict[str, Tensor]:
    names = [f"convs.{i}.{name}.kernel" for i in range(1, blocks + 1) for name in ("conv2.0", "skip.0")]
    return dict.fromkeys(names, KERNEL)


ROSINALITY = Export("rosinality", "rosinality/stylegan2-pytorch's .pt, of one class", ".pt", True, write)
