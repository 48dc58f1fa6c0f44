"""gan-cocktail average: the mean of models of one architecture."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.cli.options import Out
from gan_cocktail.merging.mean import mean
from gan_cocktail.provenance import describe


def average(
    models: Annotated[list[Path], typer.Argument(help="The root and the rooted models (or any of one architecture).")],
    out: Out,
) -> None:
    """Average every weight of G and D (stage 2, step 1)."""
    averaged = mean([load(path) for path in models])
    averaged.info = describe("merged_initialisation", parents=[parent(path) for path in models])
    save(averaged, out)
