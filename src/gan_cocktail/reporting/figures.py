"""Figures made of saved sample grids."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from gan_cocktail.files import atomic
from gan_cocktail.params.figures import FigureParams

matplotlib.use("agg")
GAP = 0.25  # between blocks of images, in images
STYLE: dict[Any, Any] = {"font.size": 8, "pdf.fonttype": 42, "svg.hashsalt": ""}  # 42: fonts embedded as TrueType


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
    """Labelled rows of image strips under column headers; pixels are shown as they are."""
    blocks = max(len(row.strips) for row in rows)
    across = blocks * settings.columns + (blocks - 1) * GAP
    margin = 1.55  # inches, for the labels
    side = (settings.width - margin) / across
    top = 0.25 if headers else 0.05
    height = len(rows) * side * 1.06 + top
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(settings.width, height))
        for i, row in enumerate(rows):
            bottom = (height - top - (i + 1) * side * 1.06) / height
            figure.text(
                (margin - 0.08) / settings.width, bottom + side / 2 / height, row.label, ha="right", va="center"
            )
            for k, strip in enumerate(row.strips):
                left = (margin + k * (settings.columns + GAP) * side) / settings.width
                size = (settings.columns * side / settings.width, side / height)
                axes = figure.add_axes((left, bottom, *size))
                axes.imshow(strip, interpolation="nearest", aspect="auto")
                axes.set_axis_off()
        for k, header in enumerate(headers):
            left = margin + (k * (settings.columns + GAP) + settings.columns / 2) * side
            figure.text(left / settings.width, 1 - 0.5 * top / height, header, ha="center", va="center")
    return figure


def save_figure(figure: Figure, path: Path, settings: FigureParams) -> None:
    """Write a figure atomically, in the format of its suffix, the same bytes for the same figure."""
    metadata = {"CreationDate": None} if path.suffix == ".pdf" else {"Software": None}
    with atomic(path) as temporary, matplotlib.rc_context(STYLE):
        figure.savefig(temporary, dpi=settings.dpi, metadata=metadata)
