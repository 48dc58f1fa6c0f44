"""gan-cocktail figure: labelled rows of sample grids, as PNG and PDF."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from gan_cocktail.cli.options import Figures, read_section, settings_of
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.figures import GridRow, grid_figure, panels_figure, strips_of
from gan_cocktail.reporting.grids import load_grid
from gan_cocktail.reporting.style import save_figure


def _row(text: str, columns: int) -> GridRow:
    try:
        label, place = text.split("=", 1)
        path, classes = place.rsplit(":", 1)
        wanted = [int(k) for k in classes.split(",")]
    except ValueError:
        raise CocktailError(f"--row: expected 'LABEL=GRID.png:CLASS,CLASS', found {text!r}") from None
    return GridRow(label, strips_of(load_grid(Path(path)), columns, wanted))


def _panel(text: str) -> tuple[str, np.ndarray]:
    title, separator, path = text.rpartition("=")
    if not separator:
        raise CocktailError(f"--panel: expected 'TITLE=GRID.png', found {text!r}")
    return title, load_grid(Path(path))


def figure(
    out: Figures,
    row: Annotated[list[str] | None, typer.Option(help="A line of the figure: 'LABEL=GRID.png:CLASS,CLASS'.")] = None,
    panel: Annotated[
        list[str] | None, typer.Option(help="Or whole grids, in two columns, long ones across: 'TITLE=GRID.png'.")
    ] = None,
    headers: Annotated[str, typer.Option(help="Titles of the blocks of rows, comma-separated.")] = "",
    settings: Annotated[str, settings_of("figures")] = "",
) -> None:
    """Arrange saved sample grids into a figure."""
    s = read_section(FigureParams, settings)
    if bool(row) == bool(panel):
        raise CocktailError("expected --row or --panel, repeated; give one of the two")
    if panel:
        drawing = panels_figure([_panel(text) for text in panel], s)
    else:
        rows = [_row(text, s.columns) for text in row or ()]
        drawing = grid_figure(rows, [h for h in headers.split(",") if h], s)
    for path in out:
        save_figure(drawing, path, s)
