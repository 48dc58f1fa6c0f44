"""Rooting and merging: trainings on what the sources draw, through the one trainer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.restraints import lower_layers
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.twist import Twist
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import fingerprint
from gan_cocktail.seeds import derive
from gan_cocktail.training.run import run
from gan_cocktail.training.trainer import TrainingJob

PLAIN = Twist()


def tune(
    initial: Model,
    shown: Shown,
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
    twist: Twist = PLAIN,
) -> Model:
    """Train `initial` on what each class is shown; resumes from `folder`.

    The model's info holds what was `read`, a sentence a dataset, and nothing else.

    name: of the random stream. parents: what all that is read is (path and SHA-256).
    """
    network = initial.network
    if len(twist.teachers) not in (0, len(shown.images)):
        raise CocktailError(f"expected a teacher for each of {len(shown.images)} classes, found {len(twist.teachers)}")
    job_seed = derive(seed, name)
    if twist.from_scratch:
        initial = replace(Model.random(network, derive(seed, "scratch")), classes=initial.classes)
    consistency = twist.pulled_to(initial, kimg)
    stream, read = shown.stream(network, device)
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
    untaught = [i for i, teacher in enumerate(twist.teachers) if not teacher]
    pull = [consistency.weight, consistency.kimg, *untaught] if consistency else None
    facts: dict[str, Any] = {"network": network, "training": settings, "seed": job_seed}
    facts |= {"probabilities": list(class_probabilities)} | shown.facts | twist.facts | {"consistency": pull}
    same = fingerprint(**facts, parents=[p["sha256"] for p in parents])
    told = facts | {"inputs": {p["path"]: p["sha256"] for p in parents}}
    model = run(job, kimg, folder, same, device, snapshots, told)
    model.info = {"read": read} if read else {}
    return model


def one_class(n_classes: int, position: int) -> list[float]:
    """Class probabilities of a training on class `position` alone (rooting)."""
    return [float(i == position) for i in range(n_classes)]
