"""gan-cocktail figure: labelled rows of sample grids, as PNG and PDF."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Settings, read_section
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.figures import GridRow, grid_figure, save_figure, strips_of
from gan_cocktail.reporting.grids import load_grid


def _row(text: str, columns: int) -> GridRow:
    try:
        label, place = text.split("=", 1)
        path, classes = place.rsplit(":", 1)
        wanted = [int(k) for k in classes.split(",")]
    except ValueError:
        raise CocktailError(f"--row: expected 'LABEL=GRID.png:CLASS,CLASS', found {text!r}") from None
    return GridRow(label, strips_of(load_grid(Path(path)), columns, wanted))


def figure(
    out: Annotated[list[Path], typer.Option(help="Files to write; the suffix is the format.")],
    row: Annotated[list[str], typer.Option(help="A line of the figure: 'LABEL=GRID.png:CLASS,CLASS'.")],
    headers: Annotated[str, typer.Option(help="Titles of the blocks, comma-separated.")] = "",
    settings: Settings = "",
) -> None:
    """Arrange saved sample grids into a figure."""
    s = read_section(FigureParams, settings)
    drawing = grid_figure([_row(text, s.columns) for text in row], [h for h in headers.split(",") if h], s)
    for path in out:
        save_figure(drawing, path, s)
