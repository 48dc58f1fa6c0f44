"""Figures: pixels as they are, the same bytes each time."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from PIL import Image
from typer.testing import CliRunner

from gan_cocktail.cli import build
from gan_cocktail.cli.figure import _panel, _row
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.figures import GridRow, grid_figure, panels_figure, strips_of
from gan_cocktail.reporting.grids import load_grid, save_grid
from gan_cocktail.reporting.style import save_figure

SETTINGS = FigureParams(columns=2, dpi=100, width=4)


@pytest.fixture
def grid():
    return np.random.default_rng(0).integers(0, 256, (6, 4, 3), dtype=np.uint8)  # 3 classes of 2x2 pixels, 2 columns


def test_grids_round_trip_with_their_provenance(grid, tmp_path):
    save_grid(grid, tmp_path / "g.png", {"kind": "grid"})
    np.testing.assert_array_equal(load_grid(tmp_path / "g.png"), grid)
    (tmp_path / "no.png").write_text("text")
    with pytest.raises(CocktailError, match=r"no\.png: expected an image"):
        load_grid(tmp_path / "no.png")
    assert "grid" in Image.open(tmp_path / "g.png").text["info"]


def test_strips_are_the_rows_of_classes(grid):
    a, b = strips_of(grid, 2, [2, 0])
    np.testing.assert_array_equal(a, grid[4:])
    np.testing.assert_array_equal(b, grid[:2])


@pytest.mark.parametrize(("columns", "classes"), [(3, [0]), (2, [3])])
def test_a_grid_that_has_no_such_rows_or_columns(grid, columns, classes):
    with pytest.raises(CocktailError, match="found 4x6 pixels"):
        strips_of(grid, columns, classes)


@pytest.mark.parametrize("width", [6.5, 4])
@pytest.mark.parametrize("shapes", [[(4, 8), (9, 8), (4, 8)], [(4, 15), (4, 8), (5, 7), (9, 7)], [(5, 7)], [(1, 30)]])
def test_panels_are_whole_apart_and_below_their_titles(width, shapes):
    grids = [np.zeros((32 * rows, 32 * columns, 3), np.uint8) for rows, columns in shapes]
    title = "A title that is by far too long for half of the width of a figure, whatever it says"
    figure = panels_figure([(title, grid) for grid in grids], FigureParams(width=width, dpi=72))
    figure.draw_without_rendering()
    boxes = [axes.get_window_extent() for axes in figure.axes]
    for box, grid, text in zip(boxes, grids, figure.texts, strict=True):
        assert box.width / box.height == pytest.approx(grid.shape[1] / grid.shape[0])
        assert box.x1 <= figure.bbox.x1 + 0.5
        place = text.get_window_extent()
        assert place.y0 >= box.y1
        assert place.x1 <= box.x1 + 1
        assert place.y1 <= figure.bbox.y1
    drawn = [Bbox.union([box, text.get_window_extent()]) for box, text in zip(boxes, figure.texts, strict=True)]
    assert not any(a.overlaps(b) for a, b in combinations(drawn, 2))
    assert min(box.y0 for box in boxes) == pytest.approx(0, abs=0.5)


def panel_boxes(width):
    grids = [np.zeros((32 * rows, 32 * columns, 3), np.uint8) for rows, columns in [(4, 8), (4, 15), (9, 8), (5, 8)]]
    figure = panels_figure([("", grid) for grid in grids], FigureParams(width=width, dpi=72))
    return [axes.get_window_extent() for axes in figure.axes]


def test_a_long_panel_goes_across_and_the_others_fill_both_columns():
    low, long, high, middle = panel_boxes(6.5)
    assert long.width > 2 * high.width
    assert long.y0 > high.y1 == pytest.approx(middle.y1)
    assert low.x0 == middle.x0 > high.x1
    assert low.y1 < middle.y0


def test_panels_of_a_narrow_figure_lie_below_each_other_as_given():
    boxes = panel_boxes(4)
    assert all(above.y0 > below.y1 for above, below in pairwise(boxes))


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
    assert b"CreationDate" not in content


def test_a_pdf_holds_the_images_own_pixels(grid, tmp_path):
    figure = grid_figure([GridRow("one", strips_of(grid, 2, [0]))], [], SETTINGS)
    save_figure(figure, tmp_path / "a.pdf", SETTINGS)
    content = (tmp_path / "a.pdf").read_bytes()
    assert b"/Width 4" in content
    assert b"/Height 2" in content


def long_figure(methods, domains, width):
    strip = np.zeros((32, 8 * 32, 3), np.uint8)
    rows = [GridRow(f"Method {k}, with a long name", [strip] * domains) for k in range(methods)]
    settings = FigureParams(width=width, dpi=72)
    return grid_figure(rows, [f"domain{k}" for k in range(domains)], settings)


@pytest.mark.parametrize(("methods", "domains", "width"), [(12, 4, 6.5), (12, 7, 6.5), (3, 2, 3.25), (12, 12, 6.5)])
def test_long_lists_keep_labels_apart_and_images_within(methods, domains, width):
    figure = long_figure(methods, domains, width)
    assert figure.get_figwidth() == pytest.approx(width)
    figure.draw_without_rendering()
    labels = [t.get_window_extent() for t in figure.findobj(Text) if t.get_text().startswith("Method")]
    assert len(labels) == methods
    assert all(above.y0 >= below.y1 - 2 for above, below in pairwise(labels))
    assert all(label.x0 >= 0 for label in labels)
    boxes = [axes.get_window_extent() for axes in figure.axes]
    assert len(boxes) == methods * domains
    assert max(box.x1 for box in boxes) <= figure.bbox.x1 + 0.5
    assert max(label.x1 for label in labels) < min(box.x0 for box in boxes)
    assert min(t.get_fontsize() for t in figure.findobj(Text) if t.get_text()) >= 6


def test_images_are_square_and_whole_when_only_some_fit():
    figure = long_figure(2, 7, 6.5)
    for axes in figure.axes:
        height, width = axes.images[0].get_array().shape[:2]
        assert width % height == 0
        assert 32 <= width < 8 * 32
        box = axes.get_window_extent()
        assert box.width / box.height == pytest.approx(width / height)


def test_each_block_has_its_header_over_its_middle(grid):
    rows = [GridRow("one", strips_of(grid, 2, [0, 1]))]
    figure = grid_figure(rows, ["left", "right"], SETTINGS)
    place = {t.get_text(): t.get_position()[0] for t in figure.texts}
    boxes = sorted((a.get_position().x0, a.get_position().x1) for a in figure.axes)
    assert [place["left"], place["right"]] == pytest.approx([(x0 + x1) / 2 for x0, x1 in boxes])
    with pytest.raises(CocktailError, match="a header for each of 2 blocks"):
        grid_figure(rows, ["only"], SETTINGS)


def test_the_verb_takes_rows_or_panels(grid, tmp_path):
    save_grid(grid, tmp_path / "g.png", {})
    run = lambda *options: CliRunner().invoke(build(["figure"]), ["figure", *options])  # noqa: E731
    a_panel = ["--panel", f"All of it={tmp_path}/g.png"]
    a_row = ["--row", f"one={tmp_path}/g.png:0,2", "--settings", "columns: 2"]
    for name, options in (("panel", a_panel), ("row", a_row)):
        result = run("--out", f"{tmp_path}/{name}.pdf", *options)
        assert result.exit_code == 0, result.output
        assert (tmp_path / f"{name}.pdf").exists()
    assert isinstance(run("--out", f"{tmp_path}/both.pdf", *a_panel, *a_row).exception, CocktailError)


@pytest.mark.parametrize("label", ["ours", "Mean, w=0.7", "a=b: c=d", "="])
@pytest.mark.parametrize("folder", ["results", "kimg=8,seed=1"])
def test_labels_and_paths_may_hold_what_parts_them(grid, tmp_path, label, folder):
    path = tmp_path / folder / "g.png"
    save_grid(grid, path, {})
    row, (title, panel) = _row(f"{label}={path}:1", 2), _panel(f"{label}={path}")
    assert row.label == title == label
    np.testing.assert_array_equal(row.strips[0], grid[2:4])
    np.testing.assert_array_equal(panel, grid)


def test_a_grid_that_is_not_there_is_told_by_its_path(tmp_path):
    with pytest.raises(CocktailError, match=r"^none\.png: no such file"):
        _row("Mean, w=0.7=none.png:0", 2)
    for wrong in ("none.png:0", "one=none.png", "one=none.png:x"):
        with pytest.raises(CocktailError, match=r"--row: expected 'LABEL=GRID.png:CLASS,CLASS', found"):
            _row(wrong, 2)
    with pytest.raises(CocktailError, match=r"--panel: expected 'TITLE=GRID.png', found 'none.png'"):
        _panel("none.png")
