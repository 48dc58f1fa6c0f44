"""gan-cocktail samples: a grid of a model's images, one row a class, one column a latent."""

from pathlib import Path
from typing import Annotated

import torch
import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.classes import pick_classes
from gan_cocktail.cli.options import Out, Seed, SourceClass
from gan_cocktail.data.images import check_png, grid
from gan_cocktail.evaluation.sampling import draw, of_class
from gan_cocktail.provenance import describe
from gan_cocktail.reporting.grids import save_grid


def samples(
    models: Annotated[list[Path], typer.Argument(help="The model to draw from, or one a class.")],
    out: Out,
    columns: Annotated[int, typer.Option(min=1, help="Images a class.")] = 8,
    source_class: SourceClass = "",
    seed: Seed = 0,
) -> None:
    """Draw the sample grid that figures are made of: every model sees the same latents and noise."""
    check_png(out)
    loaded, where = [load(path) for path in models], device.pick()
    own = pick_classes(loaded, source_class, models)
    names = [str(path) for path in models] if own else loaded[0].class_names
    print("rows:", ", ".join(names))
    rows = [torch.cat(list(draw(*of_class(loaded, i, own), columns, seed, "grid", where))) for i in range(len(names))]
    size = max(row.shape[2] for row in rows)  # sources of an ensemble may differ
    same = [row.repeat_interleave(size // row.shape[2], 2).repeat_interleave(size // row.shape[3], 3) for row in rows]
    image = grid(torch.cat(same), columns).permute(1, 2, 0).numpy()
    save_grid(image, out, describe("grid", seed=seed, parents=[parent(path) for path in models]))
