"""gan-cocktail average: models of one architecture merged into one, by their mean or a variant of it."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.checkpoints.truncation import with_class_means
from gan_cocktail.cli.options import Out
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.table import MERGES
from gan_cocktail.params.base import nearest
from gan_cocktail.provenance import describe


def average(
    models: Annotated[list[Path], typer.Argument(help="The root and the rooted models (or any of one architecture).")],
    out: Out,
    merge: Annotated[str, typer.Option(help=f"How: {', '.join(MERGES)}.")] = "mean",
    root: Annotated[int, typer.Option(min=0, help="Which of the models is the root, from 0.")] = 0,
    owners: Annotated[
        str,
        typer.Option(
            help="Of each class in order, which of the models it is of, comma-separated; default: one a model."
        ),
    ] = "",
) -> None:
    """Average every weight of G and D (stage 2, step 1)."""
    if merge not in MERGES:
        raise CocktailError(f"--merge: unknown way {merge!r}{nearest(merge, MERGES)}")
    if root >= len(models):
        raise CocktailError(f"--root: expected 0 to {len(models) - 1} ({len(models)} models), found {root}")
    loaded = [load(path) for path in models]
    lacking = [str(path) for path, model in zip(models, loaded, strict=True) if not model.D]
    if lacking and merge != "mean":
        raise CocktailError(f"--merge {merge}: expected models with discriminators, found none in {', '.join(lacking)}")
    averaged = MERGES[merge](loaded, root, _read_owners(owners, len(models)))
    if 0 < len(lacking) < len(models):
        print(f"no discriminator in {', '.join(lacking)}; the average has the mean of the others'")
    averaged.G = with_class_means(averaged.network, averaged.G)
    averaged.info = describe("merged_initialisation", merge=merge, parents=[parent(path) for path in models])
    save(averaged, out)


def _read_owners(text: str, n: int) -> list[int]:
    owners = text.split(",") if text else [str(k) for k in range(n)]
    if not set(owners) <= {str(k) for k in range(n)}:
        raise CocktailError(f"--owners: expected for each class one of 0 to {n - 1} ({n} models), found {text}")
    return [int(owner) for owner in owners]
