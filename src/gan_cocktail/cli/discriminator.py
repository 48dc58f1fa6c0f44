"""gan-cocktail discriminator: a new discriminator for a model that has none and is to be a root."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import Model, load, parent, save
from gan_cocktail.cli.classes import pick_own, read_source_classes
from gan_cocktail.cli.options import (
    Kimg,
    Out,
    OwnClasses,
    Psi,
    Seed,
    SourceClass,
    read_section,
    settings_of,
    training_folder,
)
from gan_cocktail.cli.several import is_first
from gan_cocktail.data.files import check_outside
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.unions import tune
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import derive


def discriminator(
    model: Annotated[Path, typer.Argument(help="The checkpoint without a discriminator.")],
    images: Annotated[
        list[Path], typer.Argument(help="Synthetic dataset of each --class, or the checkpoint itself: drawn anew.")
    ],
    out: Out,
    kimg: Kimg,
    class_: OwnClasses = "",
    source_class: SourceClass = "",
    truncation_psi: Psi = 1.0,
    settings: Annotated[str, settings_of("training")] = "",
    seed: Seed = 0,
) -> None:
    """Train a new discriminator against a copy of the generator, on the model's own images; the generator stays."""
    check_outside(images, out, training_folder(out))
    source, recipe = load(model), read_section(TrainingParams, settings)
    labels, own = pick_own(source, class_, model), read_source_classes(source_class)
    _check(source, labels, images, own, model)
    classes, parents = range(max(1, source.network.c_dim)), [parent(path) for path in (model, *images)]
    trained = tune(
        replace(source, D=Model.random(source.network, derive(seed, "discriminator")).D),
        Shown(
            [images[labels.index(k)] if k in labels else None for k in classes],
            truncation_psi,
            [own[labels.index(k)] if k in labels else "" for k in classes] if own else [],
        ),
        [(k in labels) / len(labels) for k in classes],
        name=f"discriminator/{','.join(map(str, labels))}",
        kimg=kimg,
        settings=recipe,
        seed=seed,
        parents=parents,
        folder=training_folder(out),
        device=device.pick(),
    )
    names = [source.class_names[k] for k in labels]
    alone = f", of {' and '.join(names)} alone" if len(classes) > 1 else ""
    what = f"new, of {kimg:g} kimg of its own images{alone}"
    print(f"{model} had no discriminator: its generator as it is, beside one that is {what}")
    facts = {"generator": source.info, "discriminator": what, "kimg": kimg, "truncation_psi": truncation_psi}
    info = describe("source", **facts, settings=recipe, seed=seed, parents=parents, **trained.info)
    if is_first():
        save(replace(source, D=trained.D, info=info), out)


def _check(source: Model, labels: list[int], images: list[Path], own: list[str], path: Path) -> None:
    if source.D:
        raise CocktailError(f"{path}: it has a discriminator, and a new one is for a model that has none")
    if len(images) != len(labels):
        names = " and ".join(source.class_names[k] for k in labels)
        raise CocktailError(f"IMAGES: expected one for each class of {path} ({names}), found {len(images)}")
    if len(own) not in (0, len(labels)):
        raise CocktailError(f"--source-class: expected one for each of {len(labels)} classes, found {len(own)}")
