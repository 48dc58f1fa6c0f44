"""Rooting and merging: trainings on what the sources draw, through the one trainer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.fisher import Fisher, load_fisher
from gan_cocktail.checkpoints.model import Model, check_alike, load
from gan_cocktail.data.dataset import HELD, read_dataset
from gan_cocktail.data.files import is_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.restraints import lower_layers, pull
from gan_cocktail.params.method import ConsistencyParams, EWCParams
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import fingerprint
from gan_cocktail.seeds import derive
from gan_cocktail.training.consistency import Consistency
from gan_cocktail.training.run import run
from gan_cocktail.training.streams import FixedDatasets, FreshImages, ImageStream, PerClass
from gan_cocktail.training.trainer import TrainingJob


@dataclass(frozen=True)
class Twist:
    """What sets a baseline apart from plain fine-tuning."""

    from_scratch: bool = False  # new weights; the initialisation gives the architecture alone
    ewc: EWCParams | None = None
    fisher: Path | None = None  # what ewc goes by
    frozen_layers: int = 0
    consistency: ConsistencyParams | None = None
    teachers: Sequence[Path] = ()  # what consistency is with: one model a class

    def __post_init__(self) -> None:
        if bool(self.ewc) != bool(self.fisher):
            raise CocktailError("--ewc and --fisher go together: its strengths, and what gan-cocktail fisher wrote")
        if bool(self.consistency) != bool(self.teachers):
            raise CocktailError("--consistency and --teacher go together: its weight, and one model a class")

    @property
    def files(self) -> list[Path]:
        """What is read for it."""
        return [*([self.fisher] if self.fisher else []), *self.teachers]

    @property
    def facts(self) -> dict[str, Any]:
        """What a model that it made says of it."""
        return {key: value for key, value in vars(self).items() if key not in ("fisher", "teachers")}

    def pulled_to(self, initial: Model, kimg: float) -> Consistency | None:
        """What the trainer is told of consistency, in a training of that budget.

        Raises CocktailError for a teacher of another network than the initialisation's: it has another latent space.
        """
        if not self.consistency:
            return None
        teachers = [load(path) for path in self.teachers]
        for path, teacher in zip(self.teachers, teachers, strict=True):
            why = "--teacher: expected a model of the initialisation's own network"
            check_alike(initial, teacher, ("the initialisation", str(path)), why)
        return Consistency(teachers, self.consistency.weight, self.consistency.until * kimg)

    def held_by(self, initial: Model) -> Fisher | None:
        """How strongly EWC holds each weight; CocktailError if the Fisher information is of another network."""
        if not (self.ewc and self.fisher):
            return None
        found = load_fisher(self.fisher)
        for part, values, state in (("G", found.G, initial.G), ("D", found.D, initial.D)):
            for name, value in values.items():
                if name not in state or state[name].shape != value.shape:
                    raise CocktailError(
                        f"{self.fisher}: {part}.{name} of {tuple(value.shape)} is no weight of the initialisation; "
                        "make it anew with gan-cocktail fisher, of the root that this mixture starts from"
                    )
        return pull(found, self.ewc)


def tune(
    initial: Model,
    images: Sequence[Path | None],
    class_probabilities: Sequence[float],
    *,
    name: str,
    kimg: float,
    settings: TrainingParams,
    seed: int,
    parents: Sequence[dict[str, str]],
    folder: Path,
    device: torch.device,
    snapshots: Sequence[float] = (),
    twist: Twist = Twist(),
    psi: float = 1.0,
    readings: Sequence[ReadingParams] = (),
    source_classes: Sequence[str] = (),
    real: bool = False,
) -> Model:
    """Train `initial` on one dataset a class, or on images drawn anew from one source a class; resumes from `folder`.

    The model's info holds what was `read`, a sentence a dataset, and nothing else.

    images: None for a class that is not trained (its probability is 0). name: of the random stream.
    parents: what all that is read is (path and SHA-256). psi: truncation of sources that are drawn from;
    source_classes: which of their classes, where they have several. readings: how each dataset is read, one a class;
    none: as usual. real: whether datasets are of real images, which are never enlarged.
    """
    network = initial.network
    if len(twist.teachers) not in (0, len(images)):
        raise CocktailError(f"expected a teacher for each of {len(images)} classes, found {len(twist.teachers)}")
    job_seed = derive(seed, name)
    if twist.from_scratch:
        initial = replace(Model.random(network, derive(seed, "scratch")), classes=initial.classes)
    consistency = twist.pulled_to(initial, kimg)
    stream, read = image_stream(images, network, psi, device, source_classes, readings, enlarge=not real)
    job = TrainingJob(
        initial,
        stream,
        class_probabilities,
        settings,
        job_seed,
        strength=twist.held_by(initial),
        frozen=lower_layers(network, twist.frozen_layers),
        consistency=consistency,
    )
    facts: dict[str, Any] = {
        "network": network,
        "training": settings,
        "seed": job_seed,
        "probabilities": list(class_probabilities),
        "psi": psi,
        **({"source_classes": list(source_classes)} if source_classes else {}),
        **({"readings": dict(enumerate(readings))} if readings else {}),
        **twist.facts,
        "consistency": [consistency.weight, consistency.kimg] if consistency else None,
    }
    same = fingerprint(**facts, parents=[p["sha256"] for p in parents])
    told = facts | {"inputs": {p["path"]: p["sha256"] for p in parents}}
    model = run(job, kimg, folder, same, device, snapshots, told)
    model.info = {"read": read} if read else {}
    return model


def image_stream(
    paths: Sequence[Path | None],
    network: NetworkParams,
    psi: float,
    device: torch.device,
    source_classes: Sequence[str] = (),
    readings: Sequence[ReadingParams] = (),
    *,
    enlarge: bool = True,
) -> tuple[ImageStream, list[str]]:
    """Images of datasets (zips or folders), and those drawn anew from sources' checkpoints; and what became of them.

    source_classes: a class of each checkpoint, by name or number; "" or none at all where a source has one. readings:
    how each dataset is read; none: as usual. enlarge: whether images of smaller ones are enlarged, or refused.
    """
    for option, given in (("--source-class", source_classes), ("--reading", readings)):
        if len(given) not in (0, len(paths)):
            raise CocktailError(f"{option}: expected one for each of {len(paths)} classes, or none, found {len(given)}")
    fixed = [path if path and is_dataset(path) else None for path in paths]
    anew = [path if path and not is_dataset(path) else None for path in paths]
    if any(readings) and not any(fixed):
        raise CocktailError("--reading: expected datasets, found checkpoints that are drawn from anew; leave it out")
    if any(name for name, path in zip(source_classes, anew, strict=False) if not path):
        raise CocktailError(
            "--source-class: expected checkpoints that are drawn from anew, found datasets; leave it out"
        )
    if not any(anew):
        return _datasets(fixed, readings, network, device, enlarge)
    fresh, resized = _drawn_anew(anew, source_classes, network, psi, device)
    if not any(fixed):
        return fresh, resized
    datasets, said = _datasets(fixed, readings, network, device, enlarge)
    return PerClass([datasets, fresh], [int(path is not None) for path in anew]), said + resized


def _drawn_anew(
    paths: Sequence[Path | None],
    source_classes: Sequence[str],
    network: NetworkParams,
    psi: float,
    device: torch.device,
) -> tuple[FreshImages, list[str]]:
    sources = [load(p) if p else None for p in paths]
    labels = [
        find_class(name, source.class_names, f"source {path}", "--source-class") if source else 0
        for name, source, path in zip(source_classes or [""] * len(paths), sources, paths, strict=True)
    ]
    given = [(path, source.network) for path, source in zip(paths, sources, strict=True) if path and source]
    said = {path: sentence for path, own in given if (sentence := _resized(own, network))}
    for path, sentence in said.items():
        print(f"images of {path}: {sentence}", flush=True)
    resized = [f"images of {path.name}: {sentence}" for path, sentence in said.items()]
    return FreshImages(sources, network.img_resolution, device, psi, labels), resized


def _resized(own: NetworkParams, network: NetworkParams) -> str:
    """What becomes of the images that a source draws; nothing if they are of the network's size."""
    size, to = own.img_resolution, network.img_resolution
    what = "reduced" if size > to else "enlarged"
    return f"drawn anew, {what} from {size}x{size} to {to}x{to}" if size != to else ""


def _datasets(
    paths: Sequence[Path | None],
    readings: Sequence[ReadingParams],
    network: NetworkParams,
    device: torch.device,
    enlarge: bool,
) -> tuple[FixedDatasets, list[str]]:
    size, how = (network.img_resolution, network.img_channels), readings or [ReadingParams()] * len(paths)
    given, share = zip(paths, how, strict=True), HELD // len([path for path in paths if path])
    found = [
        read_dataset(path, *size, reading, enlarge=enlarge, held=share) if path else None for path, reading in given
    ]
    for path, dataset in zip(paths, found, strict=True):
        if dataset:
            print(dataset.read.sentence(str(path)), flush=True)
    said = [dataset.read.sentence(path.name) for path, dataset in zip(paths, found, strict=True) if path and dataset]
    return FixedDatasets([dataset.images if dataset else None for dataset in found], device), said


def one_class(n_classes: int, position: int) -> list[float]:
    """Class probabilities of a training on class `position` alone (rooting)."""
    return [float(i == position) for i in range(n_classes)]
