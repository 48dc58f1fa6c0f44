"""Layer distances: a table over sources and seeds, and a figure by layer."""

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.distances import distances_figure, distances_table, load_distances, over_files
from gan_cocktail.reporting.formats import NONE


def content(before=8.0, after=2.0, mixture="m", layers=(("fc", 12.0, 4.0), ("conv", 4.0, 0.0))):
    layers = [{"name": name, "before": before and b, "after": a} for name, b, a in layers]
    model = {"source": "face", "before": before, "after": after, "layers": layers}
    return {"mixture": mixture, "root": "cat", "info": {}, "models": [model]}


@pytest.fixture
def load(tmp_path):
    def read(*contents):
        paths = [tmp_path / f"{k}.json" for k in range(len(contents))]
        for path, each in zip(paths, contents, strict=True):
            path.write_text(json.dumps(each))
        return load_distances(paths)

    return read


def test_distances_over_seeds(load):
    (row,) = over_files(load(content(8.0, 2.0), content(4.0, 1.0))).to_dict("records")
    assert (row["source"], row["root"], row["before"], row["after"], row["n"]) == ("face", "cat", 6, 1.5, 2)
    assert row["after_std"] == pytest.approx(math.sqrt(0.5))
    assert row["factor"] == 4


def test_another_architecture_has_no_distance_before(load):
    numbers = over_files(load(content(None, 2.0)))
    assert math.isnan(numbers.loc[0, "factor"])
    table = distances_table(numbers)
    assert table.groups == {"m": [["face", "cat", NONE, "2.00", NONE]]}
    assert "another architecture" in table.notes


def test_layers_are_drawn_in_order_and_zeros_left_out(load):
    (axes,) = distances_figure(load(content(), content()), FigureParams()).axes
    before, after = axes.lines
    np.testing.assert_array_equal(before.get_ydata(), [12, 4])
    np.testing.assert_array_equal(after.get_ydata(), [4, math.nan])
    assert axes.get_yscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["fc", "conv"]


def test_a_panel_a_mixture_even_if_networks_differ(load):
    rows = load(content(), content(mixture="n", layers=[("other", 1.0, 1.0)]))
    figure = distances_figure(rows, FigureParams(dpi=72))
    figure.draw_without_rendering()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["m", "n"]


def test_a_file_of_another_kind(load):
    with pytest.raises(CocktailError, match=r"found none \('root'\)"):
        load({k: v for k, v in content().items() if k != "root"})


def test_the_verb_writes_tables_and_figures(tmp_path):
    (tmp_path / "d.json").write_text(json.dumps(content()))
    outs = [f"--{s}={tmp_path}/t.{s}" for s in ("csv", "md", "tex")] + [
        f"--out={tmp_path}/f.{s}" for s in ("png", "pdf")
    ]
    result = CliRunner().invoke(build(["report_distances"]), ["report-distances", f"{tmp_path}/d.json", *outs])
    assert result.exit_code == 0, result.output
    assert "face,cat,8" in (tmp_path / "t.csv").read_text()
    assert "| face | cat | 8.00 | 2.00 | 4.00 |" in (tmp_path / "t.md").read_text()
    assert (tmp_path / "f.pdf").read_bytes().startswith(b"%PDF")
