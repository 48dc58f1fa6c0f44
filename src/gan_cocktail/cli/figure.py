"""gan-cocktail figure: labelled rows of sample grids, as PNG and PDF."""

import os
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


def _titled(text: str) -> tuple[str, Path]:
    """Title and path of TITLE=PATH, both of which may hold `=`: the last one parts them that leaves a file's path.

    Where no file is there, the last of all. Raises ValueError if there is none.
    """
    parts = text.split("=")
    cuts = [("=".join(parts[:k]), Path("=".join(parts[k:]))) for k in range(len(parts) - 1, 0, -1)]
    if not cuts:
        raise ValueError(text)
    return next(((title, path) for title, path in cuts if os.path.isfile(path)), cuts[0])


def _row(text: str, columns: int) -> GridRow:
    try:
        titled, classes = text.rsplit(":", 1)
        label, path = _titled(titled)
        wanted = [int(k) for k in classes.split(",")]
    except ValueError:
        raise CocktailError(f"--row: expected 'LABEL=GRID.png:CLASS,CLASS', found {text!r}") from None
    return GridRow(label, strips_of(load_grid(path), columns, wanted))


def _panel(text: str) -> tuple[str, np.ndarray]:
    try:
        title, path = _titled(text)
    except ValueError:
        raise CocktailError(f"--panel: expected 'TITLE=GRID.png', found {text!r}") from None
    return title, load_grid(path)


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
