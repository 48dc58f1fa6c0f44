"""Figures made of saved sample grids."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.style import NARROW, styled, text_width

GAP = 0.25  # between blocks of images, in images
LEADING = 1.06  # from line to line of images, in images
PAD = 0.08  # between labels and images, inches
LARGEST = 0.8  # side of an image, inches
BETWEEN = 0.15  # between panels, inches
LONG = 3  # a grid of more times its height in width is long


@dataclass(frozen=True)
class GridRow:
    """One line of a figure: a label and one or more strips of images, [H, columns * H, 3] uint8 each."""

    label: str
    strips: Sequence[np.ndarray]


def strips_of(grid: np.ndarray, columns: int, classes: Sequence[int]) -> list[np.ndarray]:
    """The given classes (rows) of a saved grid, each a strip; CocktailError if the grid has no such rows."""
    size = grid.shape[1] // columns
    if size * columns != grid.shape[1] or size * (max(classes) + 1) > len(grid):
        raise CocktailError(
            f"expected a grid of {columns} columns (figures.columns) and {max(classes) + 1} rows or more of square "
            f"images, found {grid.shape[1]}x{len(grid)} pixels"
        )
    return [grid[k * size : (k + 1) * size] for k in classes]


def grid_figure(rows: Sequence[GridRow], headers: Sequence[str], settings: FigureParams) -> Figure:
    """Labelled rows of image strips under headers, one a block (or none).

    Where images would be lower than a line of text, each strip shows its first images alone, as many as fit.
    Raises CocktailError if there are not as many headers as blocks.
    """
    blocks = max(len(row.strips) for row in rows)
    if headers and len(headers) != blocks:
        raise CocktailError(f"expected a header for each of {blocks} blocks, found {', '.join(headers)}")
    with styled(settings):
        margin = text_width([row.label for row in rows], settings) + 2 * PAD
        line = settings.font_size * 1.25 / 72  # inches
        columns, side = _fit(rows, blocks, settings.width - margin, line)
        top = 1.6 * line if headers else 0.0
        width = margin + side * (blocks * columns + (blocks - 1) * GAP)
        height = top + side * LEADING * len(rows)
        figure = Figure(figsize=(width, height))
        for i, row in enumerate(rows):
            bottom = height - top - (i + 1) * side * LEADING
            place = ((margin - PAD) / width, (bottom + side / 2) / height)
            figure.text(*place, row.label, ha="right", va="center_baseline")
            for k, strip in enumerate(row.strips):
                shown = strip[:, : columns * strip.shape[0]]
                left, across = margin + k * (columns + GAP) * side, side * shown.shape[1] / shown.shape[0]
                axes = figure.add_axes((left / width, bottom / height, across / width, side / height))
                axes.imshow(shown, interpolation="nearest", aspect="auto")
                axes.set_axis_off()
        for k, header in enumerate(headers):
            left = margin + (k * (columns + GAP) + columns / 2) * side
            figure.text(left / width, 1 - 0.5 * top / height, header, ha="center", va="center")
    return figure


def _fit(rows: Sequence[GridRow], blocks: int, width: float, line: float) -> tuple[int, float]:
    """Images a block and their side, inches: all of a strip if they are no lower than a line of text."""
    longest = max(strip.shape[1] // strip.shape[0] for row in rows for strip in row.strips)

    def side(columns: int) -> float:
        return width / (blocks * columns + (blocks - 1) * GAP)

    columns = next((n for n in range(longest, 1, -1) if side(n) * LEADING >= line), 1)
    return columns, min(side(columns), LARGEST)


def panels_figure(panels: Sequence[tuple[str, np.ndarray]], settings: FigureParams) -> Figure:
    """Whole grids [H, W, 3], each under its title: in two columns (one in a narrow figure), long grids across both."""
    across = 2 if settings.width >= NARROW else 1
    with styled(settings):
        half = (settings.width - (across - 1) * BETWEEN) / across
        wides = [settings.width if grid.shape[1] > LONG * grid.shape[0] else half for _, grid in panels]
        highs = [wide * grid.shape[0] / grid.shape[1] for (_, grid), wide in zip(panels, wides, strict=True)]
        titles = [_wrapped(title, wide, settings) for (title, _), wide in zip(panels, wides, strict=True)]
        line = settings.font_size * 1.25 / 72  # inches
        head = line * (0.6 + max(map(len, titles)))
        places, height = _places([wide == settings.width for wide in wides], [head + high for high in highs], across)
        figure = Figure(figsize=(settings.width, height))
        for (_, grid), title, wide, high, (column, top) in zip(panels, titles, wides, highs, places, strict=True):
            left, below = column * (half + BETWEEN) / settings.width, top + head
            figure.text(left, 1 - (below - 0.4 * line) / height, "\n".join(title), ha="left", va="bottom")
            axes = figure.add_axes((left, 1 - (below + high) / height, wide / settings.width, high / height))
            axes.imshow(grid, interpolation="nearest", aspect="auto")
            axes.set_axis_off()
    return figure


def _places(whole: Sequence[bool], highs: Sequence[float], across: int) -> tuple[list[tuple[int, float]], float]:
    """Column and top of each panel, and the height of all.

    Those across all columns come first, as given; then the highest, each in the column that ends first.
    """
    places, ends = [(0, 0.0)] * len(highs), [0.0] * across
    for panel in sorted(range(len(highs)), key=lambda k: (0, 0) if whole[k] else (1, -highs[k])):
        top = max(ends) if whole[panel] else min(ends)
        column = 0 if whole[panel] else ends.index(top)
        places[panel] = column, top
        end = top + highs[panel] + BETWEEN
        ends = [end if whole[panel] or k == column else other for k, other in enumerate(ends)]
    return places, max(ends) - BETWEEN


def _wrapped(title: str, wide: float, settings: FigureParams) -> list[str]:
    """A title in lines of at most so many inches; none if it is empty."""
    return textwrap.wrap(title, int(len(title) * wide / text_width([title], settings))) if title else []
