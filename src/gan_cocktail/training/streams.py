"""Where a training's real images come from."""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor


class ImageStream(Protocol):
    """Draws real images of given classes."""

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        ...


class FixedDatasets:
    """One fixed set of uint8 images a class, drawn with replacement; a class may have none."""

    def __init__(self, datasets: Sequence[Tensor | None], device: torch.device):
        present = [d for d in datasets if d is not None]
        self.images = torch.cat(present).to(device)
        sizes = torch.tensor([0 if d is None else len(d) for d in datasets])
        self.sizes = sizes.to(device)
        self.offsets = (sizes.cumsum(0) - sizes).to(device)

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        share = torch.rand(len(labels), generator=rng, device=rng.device, dtype=torch.float64)
        return self.images[self.offsets[labels] + (share * self.sizes[labels]).long()]
