"""gan-cocktail mix: the table of style mixing between two domains."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.applications.drawing import draw_table
from gan_cocktail.applications.mixing import mix as mixed
from gan_cocktail.cli.drawing import open_generator, read_classes, save_table
from gan_cocktail.cli.options import Out, Pair, Rows, Seed
from gan_cocktail.data.images import check_png
from gan_cocktail.errors import CocktailError
from gan_cocktail.seeds import latents


def mix(
    model: Annotated[Path, typer.Argument(help="The union GAN.")],
    out: Out,
    classes: Pair = "0,1",
    rows: Rows = 4,
    columns: Annotated[int, typer.Option(min=1, help="Latents of the second class.")] = 6,
    layers: Annotated[int | None, typer.Option(min=0, help="Coarse layers, taken from the row; default half.")] = None,
    seed: Seed = 0,
) -> None:
    """Draw coarse layers from row latents (first class), fine ones from column latents (second class).

    The first row and the first column show these latents themselves; the corner is white.
    """
    check_png(out)
    G, names = open_generator(model)
    first, second = read_classes(classes, names, at_least=2, at_most=2)
    num_ws = G.synthesis.num_ws
    cutoff = num_ws // 2 if layers is None else layers
    if cutoff > num_ws:
        raise CocktailError(f"--layers: expected 0 to {num_ws}, the layers of {model}, found {cutoff}")
    z = latents(rows + columns, G.z_dim, seed, "grid")
    images = draw_table(G, mixed(G, z[:rows], z[rows:], (first, second), cutoff), seed)
    images[0, 0] = 255
    save_table(images, out, "mixing", [model], classes=[first, second], layers=cutoff, seed=seed)
