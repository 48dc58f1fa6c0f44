"""gan-cocktail widen: condition a source on the classes of a mixture."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints import model as models
from gan_cocktail.checkpoints.conditioning import widen as widen_model
from gan_cocktail.cli.options import Out, Seed, check_class
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import derive


def widen(
    model: Annotated[Path, typer.Argument(help="The source's checkpoint.")],
    out: Out,
    classes: Annotated[int, typer.Option(min=1, help="Number of classes, N.")],
    position: Annotated[int, typer.Option(min=0, help="The source's own class, from 0.")],
    seed: Seed = 0,
) -> None:
    """Give a source N classes; for its own class its images and logits stay the same."""
    check_class(position, classes, f"{classes} classes")
    wide = widen_model(models.load(model), classes, position, derive(seed, "widen", classes), str(model))
    wide.info = describe("widened", classes=classes, position=position, seed=seed, parents=[models.parent(model)])
    models.save(wide, out)
