"""Curves: every measurement drawn where it belongs, the same bytes each time."""

import numpy as np
import pytest
from matplotlib.text import Text

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.curves import curves_figure
from gan_cocktail.reporting.style import save_figure
from tests.reporting.conftest import evaluation

SETTINGS = FigureParams(dpi=72)
LABELS = {"ours": "Ours", "other": "Other", "average": "Average"}


@pytest.fixture
def rows(load):
    contents = []
    for s in range(3):
        contents.append(evaluation("m", "ours", s, {(12, 4): (3 + s, 3 + s), (16, 8): (1 + s, 1 + s)}))
        contents.append(evaluation("m", "other", s, {(8, 8): (9, 9), (16, 16): (5, 5)}))
        contents.append(evaluation("m", "average", s, {(8, 0): (15, 15)}))
    return load(*contents)


def lines(axes, color):
    return [line for line in axes.lines if line.get_color() == color and len(line.get_xdata()) > 0]


def test_means_over_seeds_against_both_budgets(rows):
    total, merging = curves_figure(rows, LABELS, SETTINGS).axes
    for axes, x in ((total, [12, 16]), (merging, [4, 8])):
        (line,) = lines(axes, "#0072b2")
        np.testing.assert_array_equal(line.get_xydata(), np.transpose([x, [4, 2]]))
        band = np.concatenate([p.vertices for c in axes.collections for p in c.get_paths()])
        assert {(x[0], 3), (x[0], 5), (x[1], 1), (x[1], 3)} <= set(map(tuple, band))


def test_an_untrained_method_is_a_point_on_a_line_across(rows):
    for axes, x in zip(curves_figure(rows, LABELS, SETTINGS).axes, (8, 0), strict=True):
        across, point = lines(axes, "#009e73")
        assert list(across.get_ydata()) == [15, 15]
        np.testing.assert_array_equal(point.get_xydata(), [[x, 15]])


def test_what_is_far_above_all_trainings_is_a_number_at_the_edge(rows):
    far = rows.copy()
    far.loc[far["method"] == "average", "mean"] = 30.0
    for axes in curves_figure(far, LABELS, SETTINGS).axes:
        assert [text.get_text() for text in axes.texts] == ["Average: 30 ↑"]
        assert not lines(axes, "#009e73")
        assert axes.get_ylim()[1] < 15
    assert not any(axes.texts for axes in curves_figure(rows, LABELS, SETTINGS).axes)


def test_what_is_far_below_all_trainings_is_a_number_at_the_lower_edge(rows):
    floor = rows.copy()
    floor.loc[floor["method"] == "average", "mean"] = 0.25
    figure = curves_figure(floor, LABELS, SETTINGS)
    for axes in figure.axes:
        assert [text.get_text() for text in axes.texts] == ["Average: 0.25 ↓"]
        assert not lines(axes, "#009e73")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["Ours", "Other"]


def test_all_panels_have_one_kind_of_scale(load):
    wide = [evaluation("wide", "ours", 0, {(12, 4): (20, 20), (16, 8): (1, 1)})]
    flat = [evaluation("flat", "ours", 0, {(12, 4): (2, 2), (16, 8): (1, 1)})]
    assert {a.get_yscale() for a in curves_figure(load(*wide, *flat), LABELS, SETTINGS).axes} == {"log"}


def test_the_scale_is_logarithmic_if_the_range_asks_for_it(rows, load):
    assert {a.get_yscale() for a in curves_figure(rows, LABELS, SETTINGS).axes} == {"log"}
    narrow = rows[rows["method"] == "other"]
    assert {a.get_yscale() for a in curves_figure(narrow, LABELS, SETTINGS).axes} == {"linear"}


def test_a_method_looks_the_same_where_others_are_missing(rows):
    few = curves_figure(rows[rows["method"] != "ours"], LABELS, SETTINGS)
    assert lines(few.axes[0], "#d55e00")
    assert [text.get_text() for text in few.legends[0].get_texts()] == ["Other", "Average"]


@pytest.mark.parametrize("width", [3.25, 6.5])
@pytest.mark.parametrize("size", [6, 9])
def test_text_is_readable_and_within_the_figure(rows, width, size):
    settings = FigureParams(dpi=72, width=width, font_size=size)
    figure = curves_figure(rows, {m: f"A rather long name, {m}" for m in LABELS}, settings)
    figure.draw_without_rendering()
    assert figure.get_figwidth() == width
    texts = [t for t in figure.findobj(Text) if t.get_text() and t.get_visible()]
    assert min(t.get_fontsize() for t in texts) >= 6
    box = figure.legends[0].get_window_extent()
    assert box.x0 >= 0
    assert box.x1 <= figure.bbox.x1


def test_a_panel_pair_for_each_mixture(load):
    rows = load(*[evaluation(m, "ours", 0, {(16, 8): (1, 1)}) for m in ("b", "a")])
    figure = curves_figure(rows, {}, SETTINGS)
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["b", "", "a", ""]


@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_same_rows_same_bytes(rows, tmp_path, suffix):
    for name in "ab":
        save_figure(curves_figure(rows, LABELS, SETTINGS), tmp_path / f"{name}.{suffix}", SETTINGS)
    content = (tmp_path / f"a.{suffix}").read_bytes()
    assert content == (tmp_path / f"b.{suffix}").read_bytes()
    if suffix == "pdf":
        assert b"/FontFile2" in content
        assert b"/Type3" not in content
        assert b"CreationDate" not in content


def test_a_metric_that_was_not_measured(rows):
    with pytest.raises(CocktailError, match="no 'kid'; found: fid"):
        curves_figure(rows, LABELS, SETTINGS, "kid")
