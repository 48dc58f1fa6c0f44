"""gan-cocktail root: move the root's weights to another source's domain."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.cli.options import (
    Kimg,
    Out,
    Psi,
    Reading,
    Seed,
    Settings,
    check_class,
    read_readings,
    read_section,
    training_folder,
)
from gan_cocktail.methods.unions import one_class, tune
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe


def root(
    model: Annotated[Path, typer.Argument(help="The widened root.")],
    images: Annotated[Path, typer.Argument(help="Synthetic dataset of the source, or its checkpoint: drawn anew.")],
    out: Out,
    position: Annotated[int, typer.Option(min=0, help="The source's class, from 0.")],
    kimg: Kimg,
    truncation_psi: Psi = 1.0,
    reading: Reading = "",
    settings: Settings = "",
    seed: Seed = 0,
) -> None:
    """Fine-tune the root on one source's synthetic images, label `position` alone (stage 1)."""
    initial, recipe = load(model), read_section(TrainingParams, settings)
    parents, n = [parent(model), parent(images)], initial.network.c_dim
    check_class(position, n, f"{model} has {n} classes" if n else f"{model} has no classes: widen it first")
    rooted = tune(
        initial,
        [images if i == position else None for i in range(n)],
        one_class(n, position),
        name=f"root/{n}/{position}",
        kimg=kimg,
        settings=recipe,
        seed=seed,
        parents=parents,
        folder=training_folder(out),
        device=device.pick(),
        psi=truncation_psi,
        readings=read_readings([reading] * n if reading else []),
    )
    rooted.info = describe(
        "rooted",
        position=position,
        kimg=kimg,
        truncation_psi=truncation_psi,
        settings=recipe,
        seed=seed,
        parents=parents,
        **rooted.info,
    )
    save(rooted, out)
