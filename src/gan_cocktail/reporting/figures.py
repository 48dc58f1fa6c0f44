"""Figures made of saved sample grids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.style import styled, text_width

GAP = 0.25  # between blocks of images, in images
LEADING = 1.06  # from line to line of images, in images
PAD = 0.08  # between labels and images, inches
LARGEST = 0.8  # side of an image, inches


@dataclass(frozen=True)
class GridRow:
    """One line of a figure: a label and one or more strips of images, [H, columns * H, 3] uint8 each."""

    label: str
    strips: Sequence[np.ndarray]


def strips_of(grid: np.ndarray, columns: int, classes: Sequence[int]) -> list[np.ndarray]:
    """The given classes (rows) of a saved grid, each a strip."""
    size = grid.shape[1] // columns
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
    """Whole grids [H, W, 3] below each other, each under its title, as wide as the figure (or as LARGEST allows)."""
    with styled(settings):
        line = settings.font_size * 1.25 / 72  # inches
        sizes = [_panel_size(grid, settings.width) for _, grid in panels]
        height = sum(high + 2 * line for _, high in sizes)
        figure = Figure(figsize=(settings.width, height))
        top = height
        for (title, grid), (wide, high) in zip(panels, sizes, strict=True):
            figure.text(0, (top - line) / height, title, ha="left", va="center")
            bottom = top - 1.6 * line - high
            axes = figure.add_axes((0, bottom / height, wide / settings.width, high / height))
            axes.imshow(grid, interpolation="nearest", aspect="auto")
            axes.set_axis_off()
            top -= high + 2 * line
    return figure


def _panel_size(grid: np.ndarray, width: float) -> tuple[float, float]:
    """Inches: half the width for what is about as high as wide."""
    high, wide = grid.shape[:2]
    width *= 1.0 if wide > 1.5 * high else 0.5
    return width, width * high / wide
