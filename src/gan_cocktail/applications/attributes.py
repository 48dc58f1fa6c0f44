"""Attributes of images measured from their pixels: what a semantic direction is fitted to."""

from collections.abc import Callable

import torch
from torch import Tensor

from gan_cocktail.errors import CocktailError

LUMA = (0.299, 0.587, 0.114)  # of R, G, B (ITU-R BT.601)


def luma(images: Tensor) -> Tensor:
    """Luma [N, H, W] of images [N, 1 or 3, H, W], in their range."""
    if images.shape[1] == 1:
        return images[:, 0]
    return (images * images.new_tensor(LUMA)[:, None, None]).sum(1)


def brightness(images: Tensor) -> Tensor:
    """Mean luma [N] of images in [0, 1]: 0 black, 1 white."""
    return luma(images).mean([1, 2])


def colour(images: Tensor) -> Tensor:
    """Mean of R - B [N] of RGB images in [0, 1]: positive is warm, negative cold.

    Raises CocktailError for grey images.
    """
    if images.shape[1] == 1:
        raise CocktailError("attribute colour: expected RGB images, but the model draws grey ones; try brightness")
    return (images[:, 0] - images[:, 2]).mean([1, 2])


def pose(images: Tensor) -> Tensor:
    """Left-right asymmetry [N] of images in [0, 1], in [-1, 1]; mirroring an image changes its sign.

    Where, between the left (-1) and the right (1) edge, lies what is darker than the rest of its pixel
    column: eyes, mouth, hair beside the face. Darkness relative to its column, in the inner three
    quarters, so that light from one side and the background count little. A proxy of head pose in
    images of aligned faces, not an angle.
    """
    edge = images.shape[-1] // 8
    inner = luma(images)[:, edge:-edge, edge:-edge]
    column = inner.mean(1, keepdim=True)
    darkness = ((column - inner) / (column + 0.05)).relu().sum(1)  # 0.05: black columns weigh little
    x = torch.linspace(-1, 1, inner.shape[2], device=images.device)
    return (darkness * x).sum(1) / (darkness.sum(1) + 1e-6)


ATTRIBUTES: dict[str, Callable[[Tensor], Tensor]] = {"brightness": brightness, "pose": pose, "colour": colour}


def measure(attribute: str, images: Tensor) -> Tensor:
    """The named attribute [N] of uint8 images [N, C, H, W]."""
    return ATTRIBUTES[attribute](images.float() / 255)
