"""gan-cocktail evaluate: every metric of a model, for each domain, their mean and the union."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gan_cocktail import device, machine
from gan_cocktail.checkpoints.model import check_alike, load, parent
from gan_cocktail.checkpoints.snapshots import load_snapshots
from gan_cocktail.cli.classes import SourceClass, check_order, pick_classes
from gan_cocktail.cli.options import Out, Seed, Settings, read_section, read_shares
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.evaluate import Protocol, Yardstick
from gan_cocktail.evaluation.evaluate import evaluate as measure
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.evaluation.reference import load_reference, of_real_images
from gan_cocktail.evaluation.rows import warnings
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
    source_class: SourceClass = "",
    settings: Settings = "",
    seed: Seed = 0,
) -> None:
    """Measure a model and its snapshots; writes JSON."""
    s, where = read_section(EvaluationParams, settings), device.pick()
    names = domains.split(",")
    shares = read_shares(probabilities, len(names))
    at = {name: Path(path) for name, path in s.files.items()}
    extractors = [load_extractor(name, at.get(name), where) for name in s.features]
    yardsticks = [
        Yardstick(each, [load_reference(path, each.identity) for path in references], shares, seed)
        for each in extractors
    ]  # first: are they there?
    if len(references) != len(names) or len(model) not in (1, len(names)):
        raise CocktailError(
            f"expected a reference for each of {len(names)} domains and one model (or one a domain), found "
            f"{len(references)} references and {len(model)} models"
        )
    loaded = [load(path) for path in model]
    if len(model) == 1 < len(names) != loaded[0].network.c_dim:
        raise CocktailError(
            f"{model[0]}: expected a model of {len(names)} classes, one a domain, found {loaded[0].network.c_dim}; "
            "give the union GAN, or one model a domain"
        )
    own = pick_classes(loaded, source_class, model)
    if not own:
        check_order(names, loaded[0].classes, model[0])
    kept = load_snapshots(snapshots) if snapshots else {}
    for snapshot in kept.values():
        paths = str(model[0]), str(snapshots)
        check_alike(loaded[0], snapshot, paths, "--snapshots: expected generators of the model's own training")
    stages = [(kimg, [each]) for kimg, each in kept.items()] + [(merging_kimg, loaded)]
    perceptual = load_perceptual(at[DEFAULT], where)
    protocol = Protocol(names, shares, yardsticks, perceptual, s, seed, where, Cache(cache), own)
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in s.features}
    curve = []
    for stage, (kimg, each) in enumerate(stages):
        facts = {"mixture": mixture, "method": method, "kimg": rooting_kimg + kimg, "merging_kimg": kimg}
        measured = measure(each, protocol, snapshot=stage < len(kept))
        for name, some in measured.items():
            rows[name] += [facts | {"seed": seed, "extractor": name} | row for row in some]
        means = {row["metric"]: row["mean"] for row in measured[s.features[0]] if row["domain"] == "mean"}
        curve.append({"kimg": facts["kimg"]} | means)
    protocol.cache.prune()
    warned = [text for y in yardsticks for text in warnings(rows[y.name], y.extractor.identity.dim)]
    read = of_real_images(names, yardsticks[0].references)
    for sentence in warned:
        print(f"warning: {sentence}", file=sys.stderr)
    info = describe(
        "evaluation",
        settings=s,
        seed=seed,
        extractor=vars(extractors[0].identity),
        further_extractors=[vars(each.identity) for each in extractors[1:]],
        perceptual=vars(protocol.perceptual.identity),
        data=data or None,
        machine=machine.facts(),
        purity_ceiling=first.ceiling if (first := yardsticks[0].classifier) else None,
        parents=[parent(p) for p in (*model, *references, *([snapshots] if snapshots else []))],
    )
    shown = loaded[0].info.get("read") if len(loaded) == 1 and data in ("fixed", "fresh") else None
    info |= {key: value for key, value in {"warnings": warned, "read": read, "shown": shown}.items() if value}
    further = {name: rows[name] for name in s.features[1:]}
    write_json(out, {"info": info, "rows": rows[s.features[0]], "curve": curve, "further": further})
