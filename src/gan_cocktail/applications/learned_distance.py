"""LPIPS with its learned weights of channels, on VGG-16 (Zhang et al. 2018), by the package of its authors.

Needs `lpips`, an optional dependency: pip install 'gan-cocktail[lpips]'. It holds the weights of channels; those of
VGG-16 are torchvision's, fetched on first use.
"""

import warnings
from typing import Any
from urllib.error import URLError

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.applications.projection import Points, unit
from gan_cocktail.errors import CocktailError

LARGEST = 256  # pixels a side of what VGG-16 sees, as in StyleGAN2's projector


def load_lpips(device: torch.device) -> Points:
    """Maps float images [N, 1 or 3, H, W] in [-1, 1] to points whose squared distances are LPIPS; large ones at 256.

    Raises CocktailError if the package is not installed, or the weights cannot be had.
    """
    try:
        from lpips import LPIPS
    except ImportError:
        raise CocktailError(
            "--distance lpips: expected the package lpips, which is not installed; pip install 'gan-cocktail[lpips]', "
            "or leave it out: the distance that ships needs nothing"
        ) from None
    try:
        with warnings.catch_warnings(action="ignore"):  # it asks torchvision in an old way
            net = LPIPS(net="vgg", verbose=False)
    except (URLError, OSError, RuntimeError) as e:
        raise CocktailError(
            f"--distance lpips: the weights of VGG-16 could not be fetched or read ({e}); put torchvision's "
            f"vgg16-397923af.pth into {torch.hub.get_dir()}/checkpoints, or leave it out: the distance that ships "
            "needs nothing"
        ) from None
    return points_of(net.to(device).eval().requires_grad_(False))


def points_of(net: Any) -> Points:
    """The same of a network of the package lpips."""
    shares = [each.model[-1].weight.clamp(min=0).sqrt() for each in net.lins]  # [1, C, 1, 1] a layer

    def points(images: Tensor) -> Tensor:
        rgb = images.expand(-1, 3, -1, -1)
        if max(rgb.shape[2:]) > LARGEST:
            rgb = F.interpolate(rgb, size=LARGEST, mode="bicubic", antialias=True)
        layers = net.net(net.scaling_layer(rgb))
        return torch.cat([unit(layer, share) for layer, share in zip(layers, shares, strict=True)], 1)

    return points
