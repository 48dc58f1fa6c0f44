"""Consistency: what G draws of a latent stays near what the models that were averaged draw of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.networks.layers import Mapping


@dataclass(frozen=True)
class Latents:
    """n latents [n, z]; with style mixing a second one each, and the layers [n, num_ws] that take it."""

    z: Tensor
    other: Tensor | None = None
    take_other: Tensor | None = None

    def ws(self, mapping: Mapping, c: Tensor | None) -> tuple[Tensor, Tensor]:
        """w of the first latents [n, w], and what the synthesis network takes: that, or [n, num_ws, w]."""
        w = mapping(self.z, c)
        if self.other is None or self.take_other is None:
            return w, w
        return w, torch.where(self.take_other[:, :, None], mapping(self.other, c)[:, None], w[:, None])

    def of(self, rows: Tensor | slice) -> "Latents":
        """Those at `rows`."""
        other, take = (None if each is None else each[rows] for each in (self.other, self.take_other))
        return Latents(self.z[rows], other, take)


@dataclass(frozen=True)
class Consistency:
    """One teacher a class, all in one latent space; the weight falls linearly from `weight` to 0 at `kimg`.

    A class may have none: no model in that space draws it.
    """

    teachers: Sequence[Model | None]
    weight: float
    kimg: float


class Teachers:
    """The teachers of a training, on its device."""

    def __init__(self, consistency: Consistency, device: torch.device):
        self.told = consistency
        self.generators = [each.generator().to(device) if each else None for each in consistency.teachers]

    def weight(self, kimg: float) -> float:
        """The weight of the loss at `kimg`."""
        return self.told.weight * max(0.0, 1 - kimg / self.told.kimg)

    @torch.no_grad()
    def draw(
        self, untaught: Tensor, latents: Latents, c: Tensor, noise: Sequence[Tensor], dtype: torch.dtype
    ) -> Tensor:
        """Images [n, C, H, W] of the same latents, one-hot labels [n, N] and noise, each by its class's teacher.

        Where a class has none, the image is that of `untaught` [n, C, H, W].
        """
        labels, images = c.argmax(1), untaught.detach().clone()
        for k in labels.unique():
            if G := self.generators[int(k)]:
                rows = (labels == k).nonzero()[:, 0]
                ws = latents.of(rows).ws(G.mapping, c[rows])[1]
                images[rows] = G.synthesis(ws, [each[rows] for each in noise], dtype)
        return images
