"""Tables: means over seeds, the best marked, floor and ceiling apart, notes that say what was compared."""

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from gan_cocktail.cli import build
from gan_cocktail.cli.tables import tables as write_all_tables
from gan_cocktail.errors import CocktailError
from gan_cocktail.reporting import notes
from gan_cocktail.reporting.formats import FEW, NONE, SUBSETS, latex, markdown
from gan_cocktail.reporting.paired import comparisons
from gan_cocktail.reporting.rows import rows_of
from gan_cocktail.reporting.tables import END, MERGING, main_tables, metrics_tables, overview, summary
from tests.reporting.conftest import evaluation

AFTER = MERGING
LABELS = {"ours": "Ours", "other": "Other_one", "ensemble": "Sources"}


def files(mixture="m", ours=(1.0, 2.0), other=(3.0, 4.0), seeds=2, metrics=("fid",)):
    """Ours at one stage, the other at two: worse at equal merging kimg by 4; seed s adds s to everything."""
    for s in range(seeds):
        x, y = ours
        yield evaluation(mixture, "ours", s, {(16, 8): (x + s, y + s)}, metrics)
    for s in range(seeds):
        x, y = other
        yield evaluation(mixture, "other", s, {(8, 8): (x + 4 + s, y + 4 + s), (16, 16): (x + s, y + s)}, metrics)


def cells(table, group):
    return {row[0]: dict(zip(table.columns[1:], row[1:], strict=True)) for row in table.groups[group]}


def test_mean_and_deviation_over_seeds_at_both_budgets(load):
    (table,) = main_tables(load(*files()), LABELS)
    assert list(table.groups) == [END, AFTER]
    assert cells(table, END)["Ours"]["x"] == "**1.50** ± 0.71"
    assert cells(table, END)["Other_one"] == {
        "kimg": "16", "x": "3.50 ± 0.71", "y": "4.50 ± 0.71", "mean": "4.00 ± 0.71", "union": "8.00 ± 1.41"
    }  # fmt: skip
    assert cells(table, AFTER)["Other_one"]["x"] == "7.50 ± 0.71"
    assert cells(table, AFTER)["Other_one"]["kimg"] == "8"
    assert "±: standard deviation over seeds" in table.notes
    assert "Seeds 0, 1." in table.notes


def test_one_seed_shows_the_value_and_kids_spread_marked_as_over_subsets(load):
    fid, kid = main_tables(load(*files(seeds=1, metrics=["fid", "kid"])), LABELS)
    assert cells(fid, END)["Ours"]["x"] == "**1.00**"
    assert cells(kid, END)["Ours"]["x"] == f"**1000** ± 1{SUBSETS}"
    assert "over KID's subsets" in kid.notes
    assert "±" not in fid.notes
    assert "Seed 0." in fid.notes


@pytest.mark.parametrize(
    ("ours", "other", "bold"), [(1, 2, {"Ours"}), (2, 1, {"Other_one"}), (1.0001, 1.0004, {"Ours", "Other_one"})]
)
def test_the_best_mean_is_bold_and_so_is_what_prints_the_same(load, ours, other, bold):
    (table,) = main_tables(load(*files(ours=(ours, 1), other=(other, 1))), LABELS)
    assert {m for m, row in cells(table, END).items() if row["x"].startswith("**")} == bold


def test_the_best_is_so_among_its_own_budget(load):
    (table,) = main_tables(load(*files(ours=(4, 4), other=(3, 3))), LABELS)
    assert "**" in cells(table, END)["Other_one"]["x"]
    assert "**" in cells(table, AFTER)["Ours"]["x"]


@pytest.mark.parametrize("method", ["ensemble", "upper_bound"])
def test_floor_and_ceiling_are_no_competitors(load, method):
    rows = load(*files(), evaluation("m", method, 0, {(0, 0): (0.1, 0.1)}))
    (table,) = main_tables(rows, LABELS)
    *_, last = table.groups
    assert list(cells(table, last)) == [LABELS.get(method, method)]
    assert "**" not in cells(table, last)[LABELS.get(method, method)]["x"]
    assert "**" in cells(table, END)["Ours"]["x"]


def test_what_does_not_compete_can_be_named(load):
    rows = rows_of({f"{k}": content for k, content in enumerate(files())}, bounds=["other"])
    (table,) = main_tables(rows, LABELS)
    *_, last = table.groups
    assert list(cells(table, last)) == ["Other_one"]
    assert comparisons(rows).empty


def test_notes_say_which_metric_is_of_how_many_images(load):
    contents = list(files(seeds=1, metrics=["precision", "recall", "diversity"]))
    for content in contents:
        for row in content["rows"]:
            row["n_images"] = 1000 if row["metric"] == "diversity" else 2000
    (table,) = metrics_tables(load(*contents), LABELS)
    assert "2,000 (diversity: 1,000) generated images a domain" in table.notes


def test_an_overview_of_several_mixtures_with_a_method_missing_in_one(load):
    rows = load(*files("z"), *list(files("a"))[:2])  # "a" has ours alone
    mean, union = overview(rows, LABELS)
    assert mean.columns == union.columns == ["method", "z", "a"]
    assert cells(mean, END)["Other_one"] == {"z": "4.00 ± 0.71", "a": NONE}
    assert cells(union, END)["Other_one"] == {"z": "8.00 ± 1.41", "a": NONE}
    assert [table.heading for table in main_tables(rows, LABELS)] == ["FID ↓, z", "FID ↓, a"]
    assert overview(rows[rows["mixture"] == "z"], LABELS) == []


def test_notes_name_synthetic_references_training_data_and_missing_seeds(load):
    contents = list(files())[:-1]  # the other lacks seed 1
    for content in contents:
        content["info"] = {"data": "fixed"}
        for row in content["rows"]:
            row["reference"] = "synthetic" if row["domain"] == "y" else "real"
    (table,) = main_tables(load(*contents, evaluation("m", "third", 0, {(16, 8): (9, 9)})), LABELS)
    for text in ("synthetic images for y.", "fixed synthetic datasets", "Features: embedded; 10 generated"):
        assert text in table.notes
    assert "Seed 0; Ours: 0, 1." in table.notes
    for content in contents:
        for row in content["rows"]:
            row["reference"] = "synthetic"
    (table,) = main_tables(load(*contents), LABELS)
    assert "References: the sources' own synthetic images." in table.notes


def test_numbers_without_a_reference_make_no_images_real():
    of = pd.DataFrame({"domain": ["x", "y", "x"], "reference": ["synthetic", "synthetic", "none"]})
    assert notes.references(of) == "References: the sources' own synthetic images."
    assert notes.references(of[of["reference"] == "none"]) == ""


def test_notes_tell_a_method_that_saw_other_images(load):
    contents = list(files())
    for content in contents:
        content["info"] = {"data": "real" if content["rows"][0]["method"] == "other" else "fixed"}
    (table,) = main_tables(load(*contents), LABELS)
    assert "Methods trained on fixed synthetic datasets; Other_one: trained on real images." in table.notes


def test_other_metrics_each_to_its_better_side(load):
    rows = load(*files(metrics=["fid", "precision", "ppl", "strange"]))
    (table,) = metrics_tables(rows, LABELS)
    assert table.columns == ["method", "kimg", "precision ↑", "PPL", "strange"]
    found = cells(table, END)
    assert found["Other_one"]["precision ↑"].startswith("**")
    assert not any(row[name].startswith("**") for row in found.values() for name in ("PPL", "strange"))


def test_summary_has_means_and_with_several_seeds_deviations(load):
    found = summary(load(*files()))
    assert found["m"]["other"] == {"fid": 4.0, "fid_std": pytest.approx(0.5**0.5)}
    assert summary(load(*files(seeds=1)))["m"] == {"ours": {"fid": 1.5}, "other": {"fid": 3.5}}


@pytest.mark.parametrize("metrics", [["fid"], ["fid", "kid", "precision"]])
def test_the_verb_writes_the_same_files_whatever_was_measured(tmp_path, metrics):
    paths = [tmp_path / f"{k}.json" for k in range(4)]
    for path, content in zip(paths, files(metrics=metrics), strict=True):
        path.write_text(json.dumps(content))
    options = ["--out", f"{tmp_path}/t", "--summary", f"{tmp_path}/s.json"]
    options += ["--labels", json.dumps(LABELS)]
    result = CliRunner().invoke(build(["tables"]), ["tables", *map(str, paths), *options])
    assert result.exit_code == 0, result.output
    names = {path.name for path in (tmp_path / "t").iterdir()}
    assert names == {
        f"{stem}.{s}" for stem in ("main", "metrics", "paired", "convergence") for s in ("csv", "md", "tex")
    }
    assert r"Other\_one" in (tmp_path / "t/main.tex").read_text()


def test_a_number_that_could_not_be_measured(load):
    contents = list(files(seeds=1))
    contents[0]["rows"][0]["mean"] = None
    contents[0]["rows"][2]["mean"] = None  # ours: x and mean
    rows = load(*contents)
    (table,) = main_tables(rows, LABELS)
    assert cells(table, END)["Ours"]["x"] == NONE
    assert cells(table, END)["Other_one"]["x"] == "**3.00**"
    assert list(summary(rows)["m"]) == ["other"]


def test_every_table_prints_in_both_formats(load):
    for table in main_tables(load(*files("x_y", metrics=["fid", "kid"])), LABELS):
        assert "x_y" in markdown(table)
        assert r"x\_y" in latex(table)


def by_two_networks(method, first, second):
    content = evaluation("m", method, 0, {(16, 8): first})
    return content | {"further": {"clip": evaluation("m", method, 0, {(16, 8): second}, extractor="clip")["rows"]}}


def test_a_further_extractor_has_a_table_of_its_own_and_decides_nothing(tmp_path):
    contents = {"ours": by_two_networks("ours", (1, 1), (9, 9)), "other": by_two_networks("other", (2, 2), (8, 8))}
    paths = [tmp_path / f"{name}.json" for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_text(json.dumps(content))
    write_all_tables(paths, tmp_path, tmp_path / "metrics.json")
    text = (tmp_path / "main.md").read_text()
    first, second = text.split("### FID ↓, m, by clip")
    assert "| ours | 16 | **1.00** |" in first
    assert "| other | 16 | **8.00** |" in second
    assert "Features: clip" in second
    assert json.loads((tmp_path / "metrics.json").read_text())["m"]["ours"]["fid"] == 1
    assert set(pd.read_csv(tmp_path / "main.csv")["extractor"]) == {"embedded", "clip"}
    assert "clip" not in (tmp_path / "paired.md").read_text()


def test_evaluations_by_unlike_extractors_are_refused(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps(by_two_networks("ours", (1, 1), (9, 9))))
    (tmp_path / "b.json").write_text(json.dumps(evaluation("m", "other", 0, {(16, 8): (1, 1)})))
    with pytest.raises(
        CocktailError, match=r"expected evaluations by the same extractors.*a.json: clip; .*b.json: none"
    ):
        write_all_tables([tmp_path / "a.json", tmp_path / "b.json"], tmp_path, tmp_path / "metrics.json")


def test_numbers_of_too_few_images_are_marked_and_explained(load):
    few = evaluation("m", "other", 0, {(16, 8): (3.0, 4.0)}, ["fid", "recall"])
    for row in few["rows"]:
        if row["domain"] != "x":
            row["few"] = True
    rows = load(evaluation("m", "ours", 0, {(16, 8): (1.0, 2.0)}, ["fid", "recall"]), few)
    main, more = main_tables(rows, LABELS)[0], metrics_tables(rows, LABELS)[0]
    assert cells(main, END)["Other_one"] | {"kimg": ""} == {
        "kimg": "", "x": "3.00", "y": f"4.00{FEW}", "mean": f"3.50{FEW}", "union": f"7.00{FEW}"
    }  # fmt: skip
    assert FEW not in "".join(cells(main, END)["Ours"].values())
    for table in (main, more):
        assert f"{FEW}: of fewer images than the features have dimensions (as few as 10): FID" in table.notes
    assert FEW not in latex(main)
    (sure, *_) = main_tables(load(*files()), LABELS)
    assert FEW not in markdown(sure)
