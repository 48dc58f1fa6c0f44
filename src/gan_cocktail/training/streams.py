"""Where a training's real images come from."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.images import in_channels, to_uint8
from gan_cocktail.data.streamed import Streamed, decoders

Rows = slice | Tensor  # a mask, or indices
ALL = slice(None)
Pending = Callable[[], Tensor]
"""Images that were asked for: called, it waits for them."""


class ImageStream(ABC):
    """Draws real images of given classes."""

    @abstractmethod
    def ask(self, labels: Tensor, rng: torch.Generator, rows: Rows = ALL) -> Pending:
        """Choose images of class labels [N], and begin to fetch them: uint8 [N, C, H, W] of whoever calls the result.

        `rng` is used before this returns, and not after. rows: of which of them alone are wanted, in order; which
        images these are does not depend on it.
        """

    def draw(self, labels: Tensor, rng: torch.Generator) -> Tensor:
        """The same at once."""
        return self.ask(labels, rng)()


class FixedDatasets(ImageStream):
    """One fixed set of uint8 images a class, drawn with replacement; a class may have none.

    Sets in memory are moved to the device. Where one is not, images are decoded in the background: the same ones.
    """

    def __init__(self, datasets: Sequence[Tensor | Streamed | None], device: torch.device):
        sizes = torch.tensor([0 if d is None else len(d) for d in datasets])
        self.sizes, self.datasets = sizes.to(device), datasets
        self.offsets = (sizes.cumsum(0) - sizes).to(device)
        present = [d for d in datasets if isinstance(d, Tensor)]
        self.images: Tensor | None = None
        if not any(isinstance(d, Streamed) for d in datasets):
            self.images = (torch.cat(present) if present[1:] else present[0]).to(device)  # one large set is not copied
            self.datasets = []

    def ask(self, labels: Tensor, rng: torch.Generator, rows: Rows = ALL) -> Pending:
        """Each image of a class is as likely as any other."""
        share = torch.rand(len(labels), generator=rng, device=rng.device, dtype=torch.float64)
        labels, places = labels[rows], (share * self.sizes[labels]).long()[rows]
        if self.images is not None:
            images, chosen = self.images, self.offsets[labels] + places
            return lambda: images[chosen]
        found = [decoders().submit(self._one, *at) for at in zip(labels.tolist(), places.tolist(), strict=True)]
        return lambda: torch.stack([each.result() for each in found])

    def _one(self, label: int, row: int) -> Tensor:
        dataset = self.datasets[label]
        assert dataset is not None, "a class of probability 0 was drawn"
        return dataset[row]


class PerClass(ImageStream):
    """Streams that each draw some of the classes, such as fixed images of one and images drawn anew of another.

    of: for each class, which of the streams draws it.
    """

    def __init__(self, streams: Sequence[ImageStream], of: Sequence[int]):
        self.streams, self.of = streams, torch.tensor(of)

    def ask(self, labels: Tensor, rng: torch.Generator, rows: Rows = ALL) -> Pending:
        """Each stream is asked for the images of its own classes, of which it may be that none is wanted."""
        whose, wanted = self.of.to(labels.device)[labels], _mask(labels, rows)
        asked: list[Pending] = []
        places: list[Tensor] = []
        for k in whose.unique().tolist():
            own = whose == k
            images, at = self.streams[k].ask(labels[own], rng, wanted[own]), (own & wanted).nonzero()[:, 0]
            if len(at):
                asked.append(images)
                places.append(at)

        def take() -> Tensor:
            drawn = [each().to(labels.device) for each in asked]
            return torch.cat(drawn)[torch.cat(places).argsort()]

        return take


class FreshImages(ImageStream):
    """Images drawn anew from one source a class, in fp32; a class may have none.

    shape: [C, R, R] of what is drawn; a source of another size or other channels is fitted. labels: which of a
    source's own classes is drawn, where it has several; the first unless said otherwise.
    """

    def __init__(
        self,
        sources: Sequence[Model | None],
        shape: Sequence[int],
        device: torch.device,
        psi: float = 1.0,
        labels: Sequence[int] = (),
    ):
        self.generators = [None if source is None else source.generator().to(device) for source in sources]
        self.shape, self.psi, self.labels = tuple(shape), psi, labels or [0] * len(sources)

    @torch.no_grad()
    def ask(self, labels: Tensor, rng: torch.Generator, rows: Rows = ALL) -> Pending:
        """They are drawn at once: on the device there is nothing to wait for."""
        images: list[Tensor] = []
        wanted = _mask(labels, rows)
        for k in labels.unique():  # sorted
            G = self.generators[int(k)]
            assert G is not None, "a class of probability 0 was drawn"
            mine = wanted[labels == k]
            z = torch.randn(len(mine), G.z_dim, generator=rng, device=rng.device)[mine]
            noise = [each[mine] for each in G.synthesis.draw_noise(len(mine), rng)]
            if not len(z):
                continue
            own = torch.full((len(z),), self.labels[int(k)], device=rng.device)
            c = F.one_hot(own, G.c_dim).float() if G.c_dim else None
            ws = G.truncate(G.mapping(z, c), c, self.psi)
            images += [to_uint8(self._fit(part)) for part in G.synthesis.parts(ws, noise)]
        order = labels[wanted].argsort(stable=True)
        return lambda: torch.cat(images)[order.argsort()]

    def _fit(self, images: Tensor) -> Tensor:
        """Reduced or enlarged, grey or coloured as datasets of images are when they are read."""
        channels, *size = self.shape
        if list(images.shape[2:]) != size:
            images = F.interpolate(images.float(), size=size, mode="bicubic", antialias=True)
        return in_channels(images, channels)


def _mask(labels: Tensor, rows: Rows) -> Tensor:
    """Whether each of the labels [N] is among `rows`."""
    mask = torch.zeros(len(labels), dtype=torch.bool, device=labels.device)
    mask[rows] = True
    return mask
