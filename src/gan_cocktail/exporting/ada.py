"""A plain state dict with the names of stylegan2-ada-pytorch (and of the stylegan3 repository's StyleGAN2)."""

from pathlib import Path

import torch
from torch import Tensor

from gan_cocktail.checkpoints.formats.parts import FILTER
from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.checkpoints.truncation import W_AVG
from gan_cocktail.exporting.formats import Export
from gan_cocktail.files import atomic


def write(model: Model, path: Path) -> list[str]:
    """Write `G_ema` and, if there is one, `D`: state dicts that `load_state_dict` there takes, filters included."""
    n, said = model.network, []
    G = dict(model.G)
    if n.c_dim:
        G[W_AVG] = G[W_AVG].mean(0)  # there one mean serves all classes
        said.append("that program truncates all classes towards one mean of w; for one class's own give --class")
    said.append(f"build the networks there with {_arguments(model)}; a state dict does not tell")
    content = {"G_ema": _with_filters(G)} | ({"D": _with_filters(model.D)} if model.D else {})
    with atomic(path) as temporary:
        torch.save(content, temporary)
    return said


def _with_filters(state: State) -> dict[str, Tensor]:
    """The weights, and the resampling filter as that program keeps it: one a block and a convolution but torgb."""
    convolutions = [
        name.removesuffix(".weight")
        for name, tensor in state.items()
        if name.endswith(".weight") and tensor.ndim == 4 and ".torgb." not in name
    ]
    blocks = [name.rpartition(".")[0] for name in convolutions if not name.startswith("b4.")]
    kernel = torch.from_numpy(FILTER).float()
    filters = {f"{name}.resample_filter": kernel.clone() for name in dict.fromkeys(convolutions + blocks)}
    return {name: tensor.detach().cpu().contiguous().clone() for name, tensor in state.items()} | filters


def _arguments(model: Model) -> str:
    n = model.network
    told = {
        "z_dim": n.z_dim,
        "c_dim": n.c_dim,
        "w_dim": n.w_dim,
        "img_resolution": n.img_resolution,
        "img_channels": n.img_channels,
        "num_layers": n.mapping_layers,
        "channel_base": n.channel_base,
        "channel_max": n.channel_max,
        "conv_clamp": n.conv_clamp,
    }
    return ", ".join(f"{name}={value}" for name, value in told.items())


ADA = Export("ada", "state dict with stylegan2-ada-pytorch's names, .pt", ".pt", False, write)
