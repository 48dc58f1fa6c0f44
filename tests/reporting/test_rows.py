"""Rows: read as they are, refused when they cannot be compared, seen at equal budgets."""

import pytest

from gan_cocktail.errors import CocktailError
from gan_cocktail.reporting.rows import COLUMNS, at_budget, final, load_rows, over_domains, trained
from tests.reporting.conftest import evaluation


def test_every_file_gives_its_rows(load):
    rows = load(evaluation("m", "ours", 0, {(16, 8): (1, 2)}, ["fid", "kid"]))
    assert list(rows.columns) == [*COLUMNS, "competes"]
    assert len(rows) == 8
    assert rows.loc[rows["metric"] == "fid", "std"].isna().all()
    assert rows["data"].isna().all()


def test_a_file_says_of_its_data_for_all_rows(load):
    content = evaluation("m", "ours", 0, {(16, 8): (1, 2)}) | {"info": {"data": "fresh"}}
    assert set(load(content)["data"]) == {"fresh"}


def test_the_same_seed_twice(load):
    content = evaluation("m", "ours", 3, {(16, 8): (1, 2)})
    with pytest.raises(CocktailError, match=r"1\.json: m, ours, seed 3 comes twice"):
        load(content, content)


@pytest.mark.parametrize(("what", "value"), [("extractor", "inception_v3"), ("n_images", 50)])
def test_numbers_that_cannot_be_compared(load, what, value):
    one, other = (evaluation("m", method, 0, {(16, 8): (1, 2)}) for method in ("ours", "other"))
    for row in other["rows"]:
        row[what] = value
    with pytest.raises(CocktailError, match=f"different {what}"):
        load(one, other)


def test_extractors_are_the_same_in_all_mixtures(load):
    other = evaluation("n", "ours", 0, {(16, 8): (1, 2)}, extractor="inception_v3")
    with pytest.raises(CocktailError, match="fid comes with different extractor"):
        load(evaluation("m", "ours", 0, {(16, 8): (1, 2)}), other)


def test_a_row_that_lacks_a_value(load):
    content = evaluation("m", "ours", 0, {(16, 8): (1, 2)})
    del content["rows"][0]["seed"]
    with pytest.raises(CocktailError, match="lacks seed"):
        load(content)


def test_views_compare_equal_budgets(load):
    rows = load(
        evaluation("m", "ours", 0, {(12, 4): (1, 1), (16, 8): (1, 1)}),
        evaluation("m", "other", 0, {(8, 8): (1, 1), (16, 16): (1, 1)}),
        evaluation("m", "average", 0, {(8, 0): (1, 1)}),
    )
    assert set(zip(final(rows)["method"], final(rows)["kimg"], strict=True)) == {
        ("ours", 16), ("other", 16), ("average", 8)
    }  # fmt: skip
    view = at_budget(rows, "merging_kimg")
    assert set(zip(view["method"], view["kimg"], strict=True)) == {("ours", 16), ("other", 8)}
    assert at_budget(rows[rows["method"] != "ours"], "merging_kimg").empty  # ours sets the budget
    total = at_budget(rows[rows["kimg"] != 16], "kimg")  # ours ends at 12, the other was not measured there
    assert set(total["method"]) == {"ours"}
    assert set(trained(rows)["method"]) == {"ours", "other"}


def test_a_metric_of_the_union_alone_is_taken_from_there(load):
    content = evaluation("m", "ours", 0, {(16, 8): (1, 3)}, ["fid", "purity"])
    content["rows"] = [r for r in content["rows"] if r["metric"] == "fid" or r["domain"] == "union"]
    assert over_domains(load(content)).set_index("metric")["mean"].to_dict() == {"fid": 2, "purity": 4}


@pytest.mark.parametrize("content", [{"metrics": 1}, [1]])
def test_a_file_of_another_kind(load, content):
    with pytest.raises(CocktailError, match=r"0\.json: expected what `gan-cocktail evaluate` wrote"):
        load(content)


def test_a_misspelt_bound_does_not_compete_by_accident(load, tmp_path):
    load(evaluation("m", "ours", 0, {(16, 8): (1, 2)}))
    load_rows([tmp_path / "0.json"], ["ensemble"])  # as usual, whether it was measured or not
    with pytest.raises(CocktailError, match="bounds: unknown method 'ensembl', did you mean 'ensemble'"):
        load_rows([tmp_path / "0.json"], ["ensembl"])


def test_no_rows_at_all(load):
    with pytest.raises(CocktailError, match="found none"):
        load({"rows": []})
