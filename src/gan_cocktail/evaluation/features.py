"""Features: uint8 images in, feature vectors out, with an identity that statistics keep."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from cleanfid.resize import make_resizer
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
    """Images [N, C, H, W], uint8 or float, -> float RGB in [0, 255], by clean-fid's resizing.

    That is PIL's, bicubic, antialiased, a channel at a time in float32, not rounded.
    """
    images = images.expand(-1, 3, -1, -1)
    if images.shape[2:] == (resolution, resolution):
        return images.float()
    resizer = make_resizer("PIL", False, "bicubic", (resolution, resolution))
    arrays = [resizer(image) for image in images.permute(0, 2, 3, 1).cpu().numpy()]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)
