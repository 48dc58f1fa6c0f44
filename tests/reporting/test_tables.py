"""Tables: the right rows, the best marked, safe in LaTeX."""

import json

import pandas as pd
import pytest

from gan_cocktail.reporting.tables import COLUMNS, at_merging, document, final, latex, load_rows, markdown, paper_table

LABELS = {"ours": "Ours", "other": "Other_one"}


def row(method, domain, metric, mean, kimg, merging_kimg):
    std = 0.001 if metric == "kid" else None
    facts = {"mixture": "x+y", "n_images": 10, "seed": 0, "extractor": "embedded", "reference": "real"}
    values = {"method": method, "domain": domain, "metric": metric, "mean": mean, "std": std, "kimg": kimg}
    return facts | values | {"merging_kimg": merging_kimg, "n_reference": 10}


@pytest.fixture
def rows(tmp_path):
    made = []
    for metric in ("fid", "kid"):
        for domain, ours, early, late in (("x", 1.0, 3.0, 2.0), ("union", 5.0, 9.0, 4.0)):
            made += [row("ours", domain, metric, ours, 16, 8)]
            made += [row("other", domain, metric, early, 8, 8), row("other", domain, metric, late, 16, 16)]
    path = tmp_path / "e.json"
    path.write_text(json.dumps({"rows": made}))
    return load_rows([path])


def test_long_form(rows):
    assert list(rows.columns) == COLUMNS
    assert len(rows) == 12


def test_views_compare_equal_budgets(rows):
    assert set(final(rows)["kimg"]) == {16}
    assert set(zip(at_merging(rows, 8)["method"], at_merging(rows, 8)["kimg"], strict=True)) == {
        ("ours", 16),
        ("other", 8),
    }


def test_the_best_of_each_column_is_marked(rows):
    table = paper_table(final(rows), "fid", LABELS, lambda s: f"**{s}**")
    assert table["method"].tolist() == ["Ours", "Other_one"]
    assert table["x"].tolist() == ["**1**", "2"]
    assert table["union"].tolist() == ["5", "**4**"]


def test_the_sources_themselves_are_no_competitor(rows):
    rows.loc[rows["method"] == "ours", "method"] = "ensemble"
    table = paper_table(final(rows), "fid", LABELS | {"ensemble": "Sources"}, lambda s: f"**{s}**")
    assert table["x"].tolist() == ["1", "**2**"]


def test_kid_shows_its_spread_and_scale(rows):
    table = paper_table(final(rows), "kid", LABELS, str)
    assert table["x"].tolist() == ["1000 ± 1", "2000 ± 1"]


def test_documents_hold_both_views_of_every_metric(rows):
    text = document(rows, 8, LABELS, lambda s: f"**{s}**", markdown)
    assert text.count("| method |") == 4
    assert "at equal total kimg" in text
    assert "after 8 kimg of merging" in text
    tex = document(rows, 8, LABELS, lambda s: rf"\textbf{{{s}}}", latex)
    assert tex.count(r"\toprule") == 4
    assert r"Other\_one" in tex
    assert "_" not in tex.replace(r"\_", "")
    assert "±" not in tex


def test_missing_numbers_stay_empty_in_csv(rows):
    assert pd.isna(rows[rows["metric"] == "fid"]["std"]).all()
