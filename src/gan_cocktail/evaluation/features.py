"""Features: uint8 images in, feature vectors out, with an identity that statistics keep."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from PIL import Image
from torch import Tensor

BATCH = 25  # on a CPU, activations of more leave its cache


@dataclass(frozen=True)
class Identity:
    """What makes features comparable: equal identities only."""

    name: str
    weights_sha256: str
    resize: str
    dim: int


@dataclass(frozen=True)
class Extractor:
    """Maps images to features [N, dim], float32."""

    identity: Identity
    resolution: int
    compute: Callable[[Tensor], Tensor]  # float images in [0, 255], at `resolution`

    @torch.no_grad()
    def __call__(self, images: Tensor) -> np.ndarray:
        """Features of uint8 images [N, 1 or 3, H, W]; batching changes them by rounding alone."""
        parts = [self.compute(resize(batch, self.resolution)).cpu() for batch in images.split(BATCH)]
        return torch.cat(parts).float().numpy()


def resize(images: Tensor, resolution: int) -> Tensor:
    """Images [N, C, H, W], uint8 or float, -> float RGB in [0, 255], by clean-fid's resizing up to rounding.

    That is PIL's, bicubic, antialiased, in float32, not rounded to bytes. It is linear along each axis, so that a batch
    takes two products of matrices, on whatever device the images are.
    """
    images = images.expand(-1, 3, -1, -1).float()
    height, width = images.shape[2:]
    if (height, width) == (resolution, resolution):
        return images
    down, across = (taps(n, resolution).to(images.device) for n in (height, width))
    return (down.T @ (images @ across)).clamp(0, 255)


@cache
def taps(n: int, resolution: int) -> Tensor:
    """PIL's weights [n, resolution]: what it makes of each of n pixels in a row alone."""
    rows = Image.fromarray(np.eye(n, dtype=np.float32))
    return torch.from_numpy(np.array(rows.resize((resolution, n), Image.Resampling.BICUBIC)))
