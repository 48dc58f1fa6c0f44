"""Where a training's real images come from."""

from collections.abc import Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.images import to_uint8


class ImageStream(Protocol):
    """Draws real images of given classes."""

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        ...


class FixedDatasets:
    """One fixed set of uint8 images a class, drawn with replacement; a class may have none."""

    def __init__(self, datasets: Sequence[Tensor | None], device: torch.device):
        present = [d for d in datasets if d is not None]
        self.images = (torch.cat(present) if present[1:] else present[0]).to(device)  # one large set is not copied
        sizes = torch.tensor([0 if d is None else len(d) for d in datasets])
        self.sizes = sizes.to(device)
        self.offsets = (sizes.cumsum(0) - sizes).to(device)

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        share = torch.rand(len(labels), generator=rng, device=rng.device, dtype=torch.float64)
        return self.images[self.offsets[labels] + (share * self.sizes[labels]).long()]


class PerClass:
    """Streams that each draw some of the classes, such as fixed images of one and images drawn anew of another.

    of: for each class, which of the streams draws it.
    """

    def __init__(self, streams: Sequence[ImageStream], of: Sequence[int]):
        self.streams, self.of = streams, torch.tensor(of)

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        whose = self.of.to(labels.device)[labels]
        places = [(whose == k).nonzero()[:, 0] for k in range(len(self.streams))]
        drawn = [s.draw(labels[mine], rng) for s, mine in zip(self.streams, places, strict=True) if len(mine)]
        return torch.cat(drawn)[torch.cat(places).argsort().to(drawn[0].device)]


class FreshImages:
    """Images drawn anew from one source a class, in fp32; a class may have none.

    labels: which of a source's own classes is drawn, where it has several; the first unless said otherwise.
    """

    def __init__(
        self,
        sources: Sequence[Model | None],
        resolution: int,
        device: torch.device,
        psi: float = 1.0,
        labels: Sequence[int] = (),
    ):
        self.generators = [None if source is None else source.generator().to(device) for source in sources]
        self.resolution, self.psi, self.labels = resolution, psi, labels or [0] * len(sources)

    @torch.no_grad()
    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """uint8 images [N, C, H, W] of class labels [N]."""
        images: list[Tensor] = []
        for k in labels.unique():  # sorted
            G = self.generators[int(k)]
            assert G is not None, "a class of probability 0 was drawn"
            n = int((labels == k).sum())
            z = torch.randn(n, G.z_dim, generator=rng, device=rng.device)
            own = torch.full((n,), self.labels[int(k)], device=rng.device)
            c = F.one_hot(own, G.c_dim).float() if G.c_dim else None
            images.append(self._fit(G(z, c, G.synthesis.draw_noise(n, rng), psi=self.psi)))
        order = labels.argsort(stable=True)
        return to_uint8(torch.cat(images))[order.argsort()]

    def _fit(self, images: Tensor) -> Tensor:
        """Reduced or enlarged to the union's resolution, as datasets of images are when they are read."""
        if images.shape[2] == self.resolution:
            return images
        return F.interpolate(images.float(), size=self.resolution, mode="bicubic", antialias=True)
