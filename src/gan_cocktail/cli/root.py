"""gan-cocktail root: move the root's weights to another source's domain."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.cli.classes import pick_class
from gan_cocktail.cli.options import (
    Class,
    Kimg,
    Out,
    Psi,
    Reading,
    Seed,
    SourceClass,
    read_readings,
    read_section,
    settings_of,
    training_folder,
)
from gan_cocktail.cli.several import is_first
from gan_cocktail.data.files import check_outside
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.unions import one_class, tune
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe


def root(
    model: Annotated[Path, typer.Argument(help="The widened root.")],
    images: Annotated[Path, typer.Argument(help="Synthetic dataset of the source, or its checkpoint: drawn anew.")],
    out: Out,
    kimg: Kimg,
    class_: Class = "",
    source_class: SourceClass = "",
    truncation_psi: Psi = 1.0,
    reading: Reading = "",
    settings: Annotated[str, settings_of("training")] = "",
    seed: Seed = 0,
) -> None:
    """Fine-tune the root on one source's synthetic images, as class --class of the root alone (stage 1)."""
    check_outside([images], out, training_folder(out))
    initial, recipe = load(model), read_section(TrainingParams, settings)
    parents, n = [parent(model), parent(images)], initial.network.c_dim
    if not n:
        raise CocktailError(f"{model} has no classes: widen it first")
    label = pick_class(initial, class_, model)
    rooted = tune(
        initial,
        Shown(
            [images if i == label else None for i in range(n)],
            truncation_psi,
            [source_class if i == label else "" for i in range(n)] if source_class else [],
            read_readings([reading] * n if reading else []),
        ),
        one_class(n, label),
        name=f"root/{n}/{label}",
        kimg=kimg,
        settings=recipe,
        seed=seed,
        parents=parents,
        folder=training_folder(out),
        device=device.pick(),
    )
    rooted.info = describe(
        "rooted",
        label=label,
        kimg=kimg,
        truncation_psi=truncation_psi,
        settings=recipe,
        seed=seed,
        parents=parents,
        **rooted.info,
    )
    if is_first():
        save(rooted, out)
