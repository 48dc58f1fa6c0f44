"""gan-cocktail samples: a grid of a model's images, one row a class, one column a latent."""

from pathlib import Path
from typing import Annotated

import torch
import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.options import Out, Seed
from gan_cocktail.data.images import grid
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.provenance import describe
from gan_cocktail.reporting.grids import save_grid


def samples(
    model: Annotated[Path, typer.Argument(help="The model to draw from.")],
    out: Out,
    columns: Annotated[int, typer.Option(min=1, help="Images a class.")] = 8,
    seed: Seed = 0,
) -> None:
    """Draw the sample grid that figures are made of: every model sees the same latents and noise."""
    loaded, where = load(model), device.pick()
    classes = range(max(1, loaded.network.c_dim))
    rows = [torch.cat(list(draw(loaded, columns, i, seed, "grid", where))) for i in classes]
    image = grid(torch.cat(rows), columns).permute(1, 2, 0).numpy()
    save_grid(image, out, describe("grid", seed=seed, parents=[parent(model)]))
