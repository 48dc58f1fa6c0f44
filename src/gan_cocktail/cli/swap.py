"""gan-cocktail swap: a grid of layer-wise swaps between two domains."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.applications.drawing import draw_table
from gan_cocktail.applications.mixing import swap as swapped
from gan_cocktail.cli.drawing import open_generator, read_classes, save_table
from gan_cocktail.cli.options import Out, Pair, Rows, Seed
from gan_cocktail.data.images import check_png
from gan_cocktail.seeds import latents


def swap(
    model: Annotated[Path, typer.Argument(help="The union GAN.")],
    out: Out,
    classes: Pair = "0,1",
    rows: Rows = 4,
    seed: Seed = 0,
) -> None:
    """Draw rows of one latent: in column k the first k layers are of the first class, the rest of the second."""
    check_png(out)
    G, names = open_generator(model)
    first, second = read_classes(classes, names, at_least=2, at_most=2)
    images = draw_table(G, swapped(G, latents(rows, G.z_dim, seed, "grid"), (first, second)), seed)
    save_table(images, out, "swap", [model], classes=[first, second], seed=seed)
