"""gan-cocktail interpolate: a grid of images between domains, or between latents."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gan_cocktail.applications.drawing import draw_table
from gan_cocktail.applications.interpolation import interpolate as between
from gan_cocktail.cli.drawing import open_generator, read_classes, save_table
from gan_cocktail.cli.options import Out, Rows, Seed
from gan_cocktail.data.images import check_png
from gan_cocktail.seeds import latents as draw_latents


def interpolate(
    model: Annotated[Path, typer.Argument(help="The union GAN.")],
    out: Out,
    columns: Annotated[int, typer.Option(min=2, help="Images from one stop to the next, both counted.")] = 8,
    rows: Rows = 4,
    classes: Annotated[
        str, typer.Option(help="The stops, by name or number; a class may come twice; default all.")
    ] = "",
    latents: Annotated[Literal["same", "new"], typer.Option(help="The z of a row's stops: one, or one each.")] = "same",
    seed: Seed = 0,
) -> None:
    """Draw rows of images along straight lines in W, from class to class, all with one noise."""
    G, names = open_generator(model)
    stops = read_classes(classes, names, at_least=2)
    check_png(out)
    z = draw_latents(rows * (len(stops) if latents == "new" else 1), G.z_dim, seed, "grid").view(-1, rows, G.z_dim)
    images = draw_table(G, between(G, z, stops, columns), seed)
    save_table(images, out, "interpolation", [model], classes=stops, latents=latents, seed=seed)
