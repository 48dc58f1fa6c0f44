"""The verbs as functions of models in memory, for scripts and notebooks; `gan_cocktail` itself shows them."""

import hashlib
from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import safetensors.torch
from torch import Tensor

from gan_cocktail import device
from gan_cocktail.applications.seeds import draw_seeds
from gan_cocktail.checkpoints import conditioning
from gan_cocktail.checkpoints import model as models
from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.checkpoints.truncation import with_class_means
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.evaluate import Protocol
from gan_cocktail.evaluation.evaluate import evaluate as measure
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.evaluation.reference import load_reference
from gan_cocktail.evaluation.rows import Row
from gan_cocktail.evaluation.yardstick import Yardstick
from gan_cocktail.merging.mean import mean
from gan_cocktail.params.evaluation import DEFAULT, EvaluationParams
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe, fingerprint
from gan_cocktail.seeds import derive
from gan_cocktail.training.run import run
from gan_cocktail.training.streams import FreshImages
from gan_cocktail.training.trainer import TrainingJob

RECIPE = TrainingParams()
PROTOCOL = EvaluationParams()


def save(model: Model, path: str | PathLike[str]) -> None:
    """Write a model to one safetensors file, which `load` and every verb read; complete, or not at all."""
    models.save(model, Path(path))


def widen(source: Model, classes: Sequence[str], own: str | int, class_: str | int = "", seed: int = 0) -> Model:
    """Condition a source on `classes`, of which `own` is what it draws; for that class its images stay the same.

    class_: of a source of several classes the one that is meant. Sources of one mixture take the same `seed`.
    """
    place = find_class(str(own), classes, f"{len(classes)} classes", "own")
    label = find_class(str(class_), source.class_names, "the source's classes", "class_")
    wide = conditioning.widen(source, classes, place, derive(seed, "widen", len(classes)), label)
    wide.info = describe("widened", classes=len(classes), position=place, seed=seed)
    return wide


def merge(of: Sequence[Model]) -> Model:
    """The mean of every weight of G and D of models of one architecture: the merged initialisation, if they are rooted.

    Raises CocktailError, naming the tensor or the setting, if they differ in more than their weights.
    """
    if not of:
        raise CocktailError("merge: expected one or more models, found none")
    averaged = mean(of)
    averaged.G = with_class_means(averaged.network, averaged.G)
    averaged.info = describe("merged_initialisation", merge="mean")
    return averaged


def train(
    initial: Model,
    shown: Sequence[Model | None],
    *,
    kimg: float,
    folder: str | PathLike[str],
    settings: TrainingParams = RECIPE,
    seed: int = 0,
) -> Model:
    """Train a conditioned model for `kimg` thousand images that sources draw anew, all classes being equally likely.

    shown: a source for each class, in order; None for a class that is not trained. One alone roots `initial` in it;
    all of them merge. folder: of the training's state, log and sample grids. The same call again continues from there
    (or is over at once); another one keeps aside what is there.

    Raises StoppedError on Ctrl-C, DivergedError on a number that is not finite or beyond a million.
    """
    n, given = initial.network.c_dim, [k for k, source in enumerate(shown) if source]
    if len(shown) != n or not given:
        raise CocktailError(f"train: expected a source or None for each of {n} classes, found {len(given)} sources")
    where = device.pick()
    job_seed = derive(seed, f"root/{n}/{given[0]}" if len(given) == 1 < n else f"merge/{n}")  # as the verbs' streams
    probabilities = [float(source is not None) / len(given) for source in shown]
    facts = {"training": settings, "seed": job_seed, "probabilities": probabilities}
    inputs = [_sha256(model) if model else "" for model in (initial, *shown)]
    stream = FreshImages(shown, initial.network.img_shape, where)
    job = TrainingJob(initial, stream, probabilities, settings, job_seed)
    trained = run(job, kimg, Path(folder), fingerprint(**facts, inputs=inputs), where, made_of=facts)
    kind = "rooted" if len(given) == 1 < n else "union"
    trained.info = describe(kind, kimg=kimg, probabilities=probabilities, settings=settings, seed=seed)
    return trained


def generate(model: Model, class_: str | int = "", seeds: Sequence[int] = (0,), psi: float = 1.0) -> Tensor:
    """uint8 images [N, C, H, W] of a class, one a seed; psi: truncation, 1 for none.

    Raises CocktailError for what is no class, or for none where there are several.
    """
    label = find_class(str(class_), model.class_names, "the model's classes", "class_")
    return draw_seeds(model.generator(), label, seeds, psi)


def evaluate(
    model: Model | Sequence[Model],
    references: Sequence[str | PathLike[str]],
    settings: EvaluationParams = PROTOCOL,
    seed: int = 0,
) -> list[Row]:
    """Every metric of each class, their `mean` and the `union`: rows with `domain`, `metric`, `mean`, `std` and more.

    model: one of all classes, or one a class. references: files of reference statistics, one a class, in order. By the
    first extractor of `settings.features`; shipped weights are looked for in the current folder's resources/.

    Raises CocktailError if there is not a reference for each class, or one lacks statistics by that extractor.
    """
    measured = [model] if isinstance(model, Model) else list(model)
    names = measured[0].class_names if len(measured) == 1 else [str(k) for k in range(len(measured))]
    if len(references) != len(names):
        raise CocktailError(f"evaluate: expected a reference for each of {len(names)} classes, found {len(references)}")
    if len(measured) > 1 and any(len(each.class_names) > 1 for each in measured):
        raise CocktailError("evaluate: expected one model of all classes, or models of one class each; found others")
    where, files = device.pick(), {name: Path(path) for name, path in settings.files.items()}
    extractor = load_extractor(settings.features[0], files.get(settings.features[0]), where)
    known = [load_reference(Path(path), extractor.identity) for path in references]
    yardstick = Yardstick(extractor, known, [1 / len(names)] * len(names), settings, seed)
    protocol = Protocol(names, [yardstick], load_perceptual(files[DEFAULT], where), where)
    return measure(measured, protocol)[yardstick.name]


def _sha256(model: Model) -> str:
    """Of a model's architecture and of every weight of G and D."""
    digest = hashlib.sha256(model.network.model_dump_json().encode())
    for state in (model.G, model.D):
        plain = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
        digest.update(safetensors.torch.save(plain))
    return digest.hexdigest()
