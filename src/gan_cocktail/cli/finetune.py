"""gan-cocktail finetune: fine-tune an initialisation on all domains; the union GAN."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.checkpoints.snapshots import save_snapshots
from gan_cocktail.cli.classes import read_source_classes
from gan_cocktail.cli.options import (
    Images,
    Kimg,
    Out,
    Psi,
    Readings,
    Seed,
    SourceClass,
    read_kimg,
    read_readings,
    read_section,
    read_shares,
    read_teachers,
    settings_of,
    training_folder,
)
from gan_cocktail.cli.several import is_first
from gan_cocktail.data.files import check_outside
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.twist import Twist
from gan_cocktail.methods.unions import tune
from gan_cocktail.params.restraints import ConsistencyParams, EWCParams
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe
from gan_cocktail.training.run import snapshot_path


def finetune(
    model: Annotated[Path, typer.Argument(help="The initialisation (merged, or a widened root).")],
    images: Annotated[list[Path], Images],
    out: Out,
    kimg: Kimg,
    probabilities: Annotated[str, typer.Option(help="Class probabilities, comma-separated; default uniform.")] = "",
    from_scratch: Annotated[bool, typer.Option(help="Draw new weights; take the architecture alone.")] = False,
    ewc: Annotated[str, typer.Option(help="lambda of mapping, synthesis and discriminator, as YAML or JSON.")] = "",
    fisher: Annotated[Path | None, typer.Option(help="Fisher information of the initialisation, for --ewc.")] = None,
    frozen_layers: Annotated[int, typer.Option(min=0, help="Lower blocks of D that stay as they are.")] = 0,
    consistency: Annotated[str, typer.Option(help="weight and until of the pull to --teacher, as YAML or JSON.")] = "",
    teacher: Annotated[
        list[str] | None, typer.Option(help="Root or rooted model; repeated: one a class, or `none`.")
    ] = None,
    snapshots: Annotated[str, typer.Option(help="kimg at which to keep the generator, comma-separated.")] = "",
    snapshots_out: Annotated[Path | None, typer.Option(help="File for those generators.")] = None,
    truncation_psi: Psi = 1.0,
    reading: Readings = None,
    source_class: SourceClass = "",
    real: Annotated[
        bool, typer.Option("--real", help="Datasets are of real images: smaller ones are refused, not enlarged.")
    ] = False,
    settings: Annotated[str, settings_of("training")] = "",
    seed: Seed = 0,
) -> None:
    """Train on all domains at once (stage 2, step 2, and the baselines)."""
    check_outside(images, out, training_folder(out), *([snapshots_out] if snapshots_out else []))
    initial, recipe = load(model), read_section(TrainingParams, settings)
    if (n := initial.network.c_dim) != len(images):
        raise CocktailError(f"{model}: expected datasets for its {n} classes, one each, found {len(images)}")
    shares, keep = read_shares(probabilities, len(images)), read_kimg(snapshots, kimg)
    shown = Shown(images, truncation_psi, read_source_classes(source_class), read_readings(reading), real)
    pull = read_section(EWCParams, ewc, "--ewc") if ewc else None
    near = read_section(ConsistencyParams, consistency, "--consistency") if consistency else None
    twist = Twist(from_scratch, pull, fisher, frozen_layers, near, read_teachers(teacher or []))
    parents = [parent(path) for path in (model, *images, *twist.files)]
    union = tune(
        initial,
        shown,
        shares,
        name=f"merge/{len(images)}",
        kimg=kimg,
        settings=recipe,
        seed=seed,
        parents=parents,
        twist=twist,
        folder=training_folder(out),
        device=device.pick(),
        snapshots=keep,
    )
    union.info = describe(
        "union",
        kimg=kimg,
        probabilities=shares,
        truncation_psi=truncation_psi,
        settings=recipe,
        seed=seed,
        parents=parents,
        **union.info,
        **twist.facts,
    )
    if not is_first():
        return
    save(union, out)
    if snapshots_out:
        kept = {k: load(snapshot_path(training_folder(out), k)).G for k in keep}
        save_snapshots(kept, initial.network, snapshots_out)
