"""What the verbs of applications share: options, a generator to draw with, a table of images to write."""

from pathlib import Path
from typing import Annotated, Any

import typer
from torch import Tensor

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.data.images import grid
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.generator import Generator
from gan_cocktail.provenance import describe
from gan_cocktail.reporting.grids import save_grid

Pair = Annotated[str, typer.Option(help="Two classes, 'i,j'.")]
Rows = Annotated[int, typer.Option(min=1, help="Latents, one a row: those of the sample grid.")]


def open_generator(path: Path) -> tuple[Generator, int]:
    """A model's generator, on the device in use, and its number of classes; an unconditional one has one."""
    G = load(path).generator().to(device.pick())
    return G, max(G.c_dim, 1)


def save_table(images: Tensor, out: Path, kind: str, parents: list[Path], **facts: Any) -> None:
    """Write a table of uint8 images [R, C, channels, H, W] as a grid, with its size and what made it."""
    rows, columns = images.shape[:2]
    pixels = grid(images.flatten(0, 1), columns).permute(1, 2, 0).numpy()
    info = describe(kind, rows=rows, columns=columns, **facts, parents=[parent(path) for path in parents])
    save_grid(pixels, out, info)


def read_classes(text: str, n: int, *, at_least: int = 1, at_most: int | None = None) -> list[int]:
    """Classes from 'i,j,...', each of 0 to n - 1 and as many as asked; all of them if empty."""
    try:
        classes = [int(c) for c in text.split(",") if c] or list(range(n))
    except ValueError:
        classes = []
    fits = at_least <= len(classes) <= (at_most or len(classes))
    if not fits or not all(0 <= c < n for c in classes):
        count = f"{at_least}" if at_least == at_most else f"at least {at_least}"
        raise CocktailError(
            f"--classes: expected {count} of the model's {n} classes, counted from 0, such as 0,1; found {text!r}"
        )
    return classes
