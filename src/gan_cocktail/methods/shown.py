"""What each class is shown as real: images of datasets, or drawn anew from a source's checkpoint."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import load
from gan_cocktail.data.dataset import HELD, read_dataset
from gan_cocktail.data.files import is_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.training.streams import FixedDatasets, FreshImages, ImageStream, PerClass


@dataclass(frozen=True)
class Shown:
    """A dataset (zip or folder) or a source's checkpoint a class; None for a class that is not trained.

    psi: truncation of sources that are drawn from. source_classes: a class of each checkpoint, by name or number; "",
    or none at all, where a source has one. readings: how each dataset is read; none: as usual. real: whether datasets
    are of real images, which are never enlarged.

    Raises CocktailError where these are not one a class, or for the wrong kind.
    """

    images: Sequence[Path | None]
    psi: float = 1.0
    source_classes: Sequence[str] = ()
    readings: Sequence[ReadingParams] = ()
    real: bool = False

    def __post_init__(self) -> None:
        n = len(self.images)
        for option, given in (("--source-class", self.source_classes), ("--reading", self.readings)):
            if len(given) not in (0, n):
                raise CocktailError(f"{option}: expected one for each of {n} classes, or none, found {len(given)}")
        if any(self.readings) and not any(self._fixed):
            raise CocktailError(
                "--reading: expected datasets, found checkpoints that are drawn from anew; leave it out"
            )
        if any(name for name, path in zip(self.source_classes, self._anew, strict=False) if not path):
            raise CocktailError(
                "--source-class: expected checkpoints that are drawn from anew, found datasets; leave it out"
            )

    @property
    def facts(self) -> dict[str, Any]:
        """What decides the images beside the files themselves."""
        told = {"source_classes": list(self.source_classes), "readings": dict(enumerate(self.readings))}
        return {"psi": self.psi} | {name: value for name, value in told.items() if value}

    def stream(self, network: NetworkParams, device: torch.device) -> tuple[ImageStream, list[str]]:
        """The images, as a network takes them; and a sentence for each file whose images were read or resized."""
        if not any(self._anew):
            return self._datasets(network, device)
        fresh, resized = self._drawn_anew(network, device)
        if not any(self._fixed):
            return fresh, resized
        datasets, said = self._datasets(network, device)
        return PerClass([datasets, fresh], [int(path is not None) for path in self._anew]), said + resized

    @property
    def _fixed(self) -> list[Path | None]:
        return [path if path and is_dataset(path) else None for path in self.images]

    @property
    def _anew(self) -> list[Path | None]:
        return [path if path and not is_dataset(path) else None for path in self.images]

    def _drawn_anew(self, network: NetworkParams, device: torch.device) -> tuple[FreshImages, list[str]]:
        sources = [load(p) if p else None for p in self._anew]
        asked = self.source_classes or [""] * len(sources)
        labels = [
            find_class(name, source.class_names, f"source {path}", "--source-class") if source else 0
            for name, source, path in zip(asked, sources, self._anew, strict=True)
        ]
        given = [(path, source.network) for path, source in zip(self._anew, sources, strict=True) if path and source]
        said = {path: sentence for path, own in given if (sentence := _resized(own, network))}
        for path, sentence in said.items():
            print(f"images of {path}: {sentence}", flush=True)
        resized = [f"images of {path.name}: {sentence}" for path, sentence in said.items()]
        return FreshImages(sources, network.img_shape, device, self.psi, labels), resized

    def _datasets(self, network: NetworkParams, device: torch.device) -> tuple[FixedDatasets, list[str]]:
        paths, readings = self._fixed, self.readings or [ReadingParams()] * len(self.images)
        size, share = (network.img_resolution, network.img_channels), HELD // len([path for path in paths if path])
        found = [
            read_dataset(path, *size, reading, enlarge=not self.real, held=share) if path else None
            for path, reading in zip(paths, readings, strict=True)
        ]
        for path, dataset in zip(paths, found, strict=True):
            if dataset:
                print(dataset.read.sentence(str(path)), flush=True)
        said = [
            dataset.read.sentence(path.name) for path, dataset in zip(paths, found, strict=True) if path and dataset
        ]
        return FixedDatasets([dataset.images if dataset else None for dataset in found], device), said


def _resized(own: NetworkParams, network: NetworkParams) -> str:
    """What becomes of the images that a source draws; nothing if they are of the network's size."""
    size, to = own.img_resolution, network.img_resolution
    what = "reduced" if size > to else "enlarged"
    return f"drawn anew, {what} from {size}x{size} to {to}x{to}" if size != to else ""
