"""Figures: pixels as they are, the same bytes each time."""

import numpy as np
import pytest
from PIL import Image

from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.figures import GridRow, grid_figure, save_figure, strips_of
from gan_cocktail.reporting.grids import load_grid, save_grid

SETTINGS = FigureParams(columns=2, dpi=100, width=4)


@pytest.fixture
def grid():
    return np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)  # 3 classes of 2x2 pixels, 2 columns


def test_grids_round_trip_with_their_provenance(grid, tmp_path):
    save_grid(grid, tmp_path / "g.png", {"kind": "grid"})
    np.testing.assert_array_equal(load_grid(tmp_path / "g.png"), grid)
    assert "grid" in Image.open(tmp_path / "g.png").text["info"]


def test_strips_are_the_rows_of_classes(grid):
    a, b = strips_of(grid, 2, [2, 0])
    np.testing.assert_array_equal(a, grid[4:])
    np.testing.assert_array_equal(b, grid[:2])


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_same_figure_same_bytes(grid, tmp_path, suffix):
    for name in ("a", "b"):
        figure = grid_figure([GridRow("one", strips_of(grid, 2, [0, 1]))] * 2, ["x", "y"], SETTINGS)
        save_figure(figure, tmp_path / f"{name}.{suffix}", SETTINGS)
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_pdf_embeds_its_fonts(grid, tmp_path):
    figure = grid_figure([GridRow("one", strips_of(grid, 2, [0]))], ["x"], SETTINGS)
    save_figure(figure, tmp_path / "a.pdf", SETTINGS)
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
