"""Rooting and merging: trainings on synthetic datasets, through the one trainer."""

from collections.abc import Sequence
from pathlib import Path

import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.images import read_images
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import fingerprint
from gan_cocktail.seeds import derive
from gan_cocktail.training.run import run
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import TrainingJob


def tune(
    initial: Model,
    datasets: Sequence[Path | None],
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
    from_scratch: bool = False,
) -> Model:
    """Train `initial` on one synthetic dataset a class; resumes from `folder`.

    datasets: None for a class that is not trained (its probability is 0). name: of the random
    stream. parents: what `initial` and the datasets are (path and SHA-256). from_scratch: take the
    architecture of `initial` alone.
    """
    network = initial.network
    images = [None if d is None else read_images(d, network.img_resolution, network.img_channels) for d in datasets]
    job_seed = derive(seed, name)
    if from_scratch:
        initial = Model.random(network, derive(seed, "scratch"))
    job = TrainingJob(initial, FixedDatasets(images, device), class_probabilities, settings, job_seed)
    same = fingerprint(
        network=network,
        training=settings,
        seed=job_seed,
        probabilities=list(class_probabilities),
        parents=[p["sha256"] for p in parents],
        from_scratch=from_scratch,
    )
    return run(job, kimg, folder, same, device, snapshots)


def one_class(n_classes: int, position: int) -> list[float]:
    """Class probabilities of a training on class `position` alone (rooting)."""
    return [float(i == position) for i in range(n_classes)]
