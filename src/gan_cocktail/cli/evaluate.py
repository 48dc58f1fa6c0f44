"""gan-cocktail evaluate: every metric of a model, for each domain, their mean and the union."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import torch
import typer

from gan_cocktail import device, machine
from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import check_alike, load, parent
from gan_cocktail.checkpoints.snapshots import load_snapshots
from gan_cocktail.cli.classes import check_order, pick_classes
from gan_cocktail.cli.options import Out, Seed, read_section, read_shares, settings_of
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.evaluate import Protocol
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.evaluation.reference import load_reference, of_real_images
from gan_cocktail.evaluation.rows import warnings
from gan_cocktail.evaluation.stages import Stage, measure
from gan_cocktail.evaluation.yardstick import Yardstick
from gan_cocktail.files import write_json
from gan_cocktail.params.evaluation import DEFAULT, EvaluationParams
from gan_cocktail.provenance import describe


def evaluate(
    references: Annotated[list[Path], typer.Argument(help="Reference statistics, one a class, in order.")],
    model: Annotated[list[Path], typer.Option(help="The model to measure; repeated: one a class.")],
    out: Out,
    domains: Annotated[str, typer.Option(help="Names of the classes, comma-separated, in order.")],
    mixture: Annotated[str, typer.Option(help="Name for the table.")] = "",
    method: Annotated[str, typer.Option(help="Name for the table.")] = "",
    probabilities: Annotated[str, typer.Option(help="Class probabilities; default uniform.")] = "",
    rooting_kimg: Annotated[float, typer.Option(help="kimg spent before merging.")] = 0,
    merging_kimg: Annotated[float, typer.Option(help="kimg of the model's own training.")] = 0,
    data: Annotated[
        str, typer.Option(help="What it was trained on: fixed or fresh synthetic images, or real ones.")
    ] = "",
    snapshots: Annotated[Path | None, typer.Option(help="Generators of the same training, measured too.")] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Folder, this evaluation's own, that keeps features of the images drawn.")
    ] = None,
    source_class: Annotated[
        str,
        typer.Option(
            help="Of one model a domain: which class of each is measured, by name or by number from 0, "
            "comma-separated, in order, with nothing for one that has one; needed where a model has several."
        ),
    ] = "",
    settings: Annotated[str, settings_of("evaluation")] = "",
    seed: Seed = 0,
) -> None:
    """Measure a model and its snapshots; writes JSON."""
    s, where, names = read_section(EvaluationParams, settings), device.pick(), _read_domains(domains)
    shares = read_shares(probabilities, len(names))
    yardsticks = _yardsticks(s, references, shares, seed, where)  # first: are they there?
    stages, own = _stages(model, names, source_class, snapshots, merging_kimg, len(references))
    perceptual = load_perceptual(Path(s.files[DEFAULT]), where)
    protocol = Protocol(names, yardsticks, perceptual, where, Cache(cache), own)
    rows, curve = measure(stages, protocol, {"mixture": mixture, "method": method}, rooting_kimg)
    protocol.cache.prune()
    warned = [text for y in yardsticks for text in warnings(rows[y.name], y.extractor.identity.dim)]
    for sentence in warned:
        print(f"warning: {sentence}", file=sys.stderr)
    first, *further = yardsticks
    info = describe(
        "evaluation",
        settings=s,
        seed=seed,
        extractor=vars(first.extractor.identity),
        further_extractors=[vars(y.extractor.identity) for y in further],
        perceptual=vars(perceptual.identity),
        data=data or None,
        machine=machine.facts(),
        purity_ceiling=first.classifier.ceiling if first.classifier else None,
        parents=[parent(p) for p in (*model, *references, *([snapshots] if snapshots else []))],
    )
    read = of_real_images(names, first.references)
    models = stages[-1][1]
    shown = models[0].info.get("read") if len(models) == 1 and data in ("fixed", "fresh") else None
    info |= {key: value for key, value in {"warnings": warned, "read": read, "shown": shown}.items() if value}
    others = {y.name: rows[y.name] for y in further}
    write_json(out, {"info": info, "rows": rows[first.name], "curve": curve, "further": others})


def _read_domains(text: str) -> list[str]:
    """Names of domains from 'name,name,...'; CocktailError where rows of two would have one name."""
    names = text.split(",")
    if taken := {"mean", "union"}.intersection(names):
        raise CocktailError(
            f"--domains: expected names beside mean and union, which the rows of all domains have, found "
            f"{' and '.join(sorted(taken))}; take another name"
        )
    if len(set(names)) < len(names):
        raise CocktailError(f"--domains: expected different names, one a class, found {text}; give each once")
    return names


def _yardsticks(
    s: EvaluationParams, references: Sequence[Path], shares: Sequence[float], seed: int, where: torch.device
) -> list[Yardstick]:
    """One an extractor, with the references by it."""
    weights = {name: Path(path) for name, path in s.files.items()}
    extractors = [load_extractor(name, weights.get(name), where) for name in s.features]
    return [
        Yardstick(each, [load_reference(path, each.identity) for path in references], shares, s, seed)
        for each in extractors
    ]


def _stages(
    paths: Sequence[Path],
    names: Sequence[str],
    source_class: str,
    snapshots: Path | None,
    merging_kimg: float,
    n_references: int,
) -> tuple[list[Stage], list[int]]:
    """The snapshots and the model itself, by kimg of merging; of one model a domain, which class is measured."""
    n = len(names)
    if n_references != n or len(paths) not in (1, n):
        raise CocktailError(
            f"expected a reference for each of {n} domains and one model (or one a domain), found "
            f"{n_references} references and {len(paths)} models"
        )
    models = [load(path) for path in paths]
    if len(paths) == 1 < n != models[0].network.c_dim:
        raise CocktailError(
            f"{paths[0]}: expected a model of {n} classes, one a domain, found {models[0].network.c_dim}; "
            "give the union GAN, or one model a domain"
        )
    if n == 1 and not source_class:
        classes = models[0].class_names
        find_class("", classes, f"{len(classes)} classes in {paths[0]}", "--source-class")
    own = pick_classes(models, source_class, paths)
    if not own:
        check_order(names, models[0].classes, paths[0])
    kept = load_snapshots(snapshots) if snapshots else {}
    for snapshot in kept.values():
        said = str(paths[0]), str(snapshots)
        check_alike(models[0], snapshot, said, "--snapshots: expected generators of the model's own training")
    stages: list[Stage] = [(kimg, [each]) for kimg, each in kept.items()]
    return [*stages, (merging_kimg, models)], own
