"""The report: verdicts that follow from the numbers, and a page that stands alone."""

import base64
import io
import json
import math
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from gan_cocktail.cli.report import report
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.experiment import Params
from gan_cocktail.reporting.embedding import embed
from gan_cocktail.reporting.formats import FEW
from gan_cocktail.reporting.inputs import ALWAYS, Inputs, sections_of
from gan_cocktail.reporting.phrases import headline, limits, sentence
from gan_cocktail.reporting.report import breakable, plain_table, render, rich
from gan_cocktail.reporting.rows import rows_of
from gan_cocktail.reporting.runtime import duration, read_benchmarks
from gan_cocktail.reporting.verdicts import baselines_of, judge

SPENT = {"ours": (16, 8), "transfergan": (16, 16), "scratch": (16, 16), "ensemble": (0, 0), "upper_bound": (16, 16)}
INFO = {
    "settings": {"kid_subsets": 10, "kid_subset_size": 5},
    "extractor": {"name": "embedded", "dim": 128, "resize": "bicubic", "weights_sha256": "abc"},
    "versions": {"torch": "2.9"},
}


def evaluation(method, fid, seed=0, spent=None, mixture="cat-face"):
    kimg, merging = spent or SPENT[method]
    facts = {"mixture": mixture, "method": method, "kimg": kimg, "merging_kimg": merging, "seed": seed, "std": None}
    facts |= {"n_images": 10, "n_reference": 20, "reference": "real", "extractor": "embedded"}
    domains = ("cat", "face", "mean", "union")
    values = [("fid", fid), ("kid", fid / 10)]
    rows = [facts | {"domain": d, "metric": m, "mean": v} for d in domains for m, v in values]
    return {"info": INFO, "rows": rows}


def evaluations(**fids):
    """An evaluation for each method and seed: ours=[1, 2] are two seeds."""
    return [evaluation(m, fid, seed) for m, values in fids.items() for seed, fid in enumerate(values)]


def by_file(contents):
    return {f"{k}.json": content for k, content in enumerate(contents)}


def collect(contents):
    return rows_of(by_file(contents))


def verdict(budget="kimg", **fids):
    rows = collect(evaluations(**fids))
    return judge(rows, "cat-face", budget, baselines_of(rows))


CLEARLY = {"ours": [1.0, 1.1, 0.9], "transfergan": [2.0, 2.1, 1.9], "scratch": [5.0, 5.5, 4.5]}


def test_a_clear_lead_over_every_baseline_holds():
    v = verdict(**CLEARLY)
    assert v.outcome == "holds"
    assert [d.method for d in v.differences] == ["transfergan", "scratch"]
    assert v.differences[0].ahead.mean == pytest.approx(1)
    assert "ahead by 1.00 (50%; 95% interval" in sentence(v, {})


def test_one_clear_loss_refutes():
    v = verdict(**CLEARLY | {"transfergan": [0.5, 0.51, 0.49]})
    assert v.outcome == "does not hold"
    said = sentence(v, {"transfergan": "TransferGAN"})
    assert said.startswith("Behind TransferGAN. ")
    assert "behind by 0.50 (100%; 95% interval 0." in said


def test_a_difference_within_the_spread_is_undecided():
    v = verdict(**CLEARLY | {"transfergan": [0.6, 1.1, 1.7]})
    assert v.outcome == "undecided"
    assert "within the spread of 3 seeds" in sentence(v, {})


@pytest.mark.parametrize("theirs", [2.0, 0.5])
def test_one_seed_decides_nothing(theirs):
    v = verdict(ours=[1.0], transfergan=[theirs])
    assert v.outcome == "undecided"
    assert v.differences[0].ahead.n == 1
    assert "One seed" in sentence(v, {})


def test_a_missing_baseline_keeps_the_claim_open_but_a_loss_still_refutes():
    v = verdict("merging_kimg", **CLEARLY)  # the baselines were measured after 16 kimg alone, ours merged for 8
    assert (v.outcome, v.missing) == ("not measured", ["transfergan", "scratch"])
    rows = collect(evaluations(**CLEARLY))
    assert judge(rows, "cat-face", "kimg", ["transfergan", "ewc"]).outcome == "undecided"
    rows.loc[rows["method"] == "transfergan", "mean"] /= 10
    open_loss = judge(rows, "cat-face", "kimg", ["transfergan", "ewc"])
    assert open_loss.outcome == "does not hold"
    assert sentence(open_loss, {"ewc": "EWC"}).endswith("Not measured at this budget: EWC.")


def test_without_ours_nothing_was_measured():
    v = verdict(transfergan=[1.0, 2.0])
    assert v.outcome == "not measured"
    assert math.isnan(v.kimg)


def test_the_sources_and_real_data_are_no_baselines():
    better = {"ensemble": [0.1, 0.11], "upper_bound": [0.1, 0.12]}
    v = verdict(**CLEARLY, **better)
    assert v.outcome == "holds"


def test_equal_merging_compares_snapshots_and_equal_total_the_end():
    early = [evaluation("transfergan", 3 + seed / 10, seed, (8, 8)) for seed in range(3)]
    late = [evaluation("transfergan", 0.5 + seed / 100, seed) for seed in range(3)]
    rows = collect([*evaluations(ours=CLEARLY["ours"]), *early, *late])
    assert judge(rows, "cat-face", "merging_kimg", ["transfergan"]).outcome == "holds"
    assert judge(rows, "cat-face", "kimg", ["transfergan"]).outcome == "does not hold"


def test_snapshots_of_ours_do_not_stand_for_its_end():
    early = [evaluation("ours", 0.01, seed, (10, 2)) for seed in range(3)]
    rows = collect([*early, *evaluations(**CLEARLY)])
    v = judge(rows, "cat-face", "kimg", ["transfergan"])
    assert (v.kimg, v.differences[0].ours) == (16, pytest.approx(1))


def test_seeds_are_paired():
    """Seeds that are hard for both methods tell nothing against a difference that each of them shows."""
    assert verdict(ours=[1.0, 5.0, 9.0], transfergan=[2.0, 6.1, 9.9]).outcome == "holds"
    assert verdict(ours=[1.0, 5.0, 9.0], transfergan=[9.9, 2.0, 6.1]).outcome == "undecided"


def test_only_seeds_that_both_have_are_compared():
    v = verdict(ours=[1.0, 1.1, 0.9], transfergan=[2.0, 2.2])
    assert (v.differences[0].ahead.n, v.differences[0].ours) == (2, pytest.approx(1.05))


def test_seeds_without_spread_are_decided_by_their_difference():
    (d,) = verdict(ours=[1.0, 1.0], transfergan=[2.0, 2.0]).differences
    assert (d.ahead.low, d.ahead.high, d.ahead.decided) == (1.0, 1.0, True)
    assert verdict(ours=[1.0, 1.0], transfergan=[1.0, 1.0]).outcome == "undecided"


def test_headline_counts_outcomes():
    held, open_ = verdict(**CLEARLY), verdict(ours=[1.0], transfergan=[2.0])
    assert headline([held, open_, held]) == "holds in 2 and is undecided in 1 of 3 mixtures"


def test_a_cell_is_bold_with_a_small_spread_and_nothing_else_is_markup():
    assert rich("**2.60** ± 0.06") == "<b>2.60</b><small>±\u202f0.06</small>"
    assert rich("2.60") == "2.60"
    assert rich("<i>") == "&lt;i&gt;"


def test_names_break_before_plus_and_behind_underscores():
    assert breakable("a+b_root-b<") == "a<wbr>+b_<wbr>root-b&lt;"


def test_a_mixture_has_the_tables_of_the_verb(full):
    page = render(full)
    for heading in ("FID ↓, cat-face", "KID · 1000 ↓, cat-face", "Against ours, cat-face: FID, paired by seed"):
        assert f"<caption>{heading}</caption>" in page
    assert "<td>2.00<small>±\u202f0.10</small></td>" in page  # TransferGAN


def test_limits_follow_from_the_numbers():
    rows = collect(evaluations(**CLEARLY))
    said = " ".join(limits(rows, {"ewc": "EWC"}))
    assert "1/625" in said
    assert "not run: EWC and freezed" in said
    assert "Seeds" not in said
    full = rows.assign(extractor="inception_v3", n_images=50_000, merging_kimg=5000)
    assert not any(word in " ".join(limits(full, {})) for word in ("Budgets", "Features", "Sample size", "References"))
    assert "distance to the source" in " ".join(limits(rows.assign(reference="synthetic"), {}))
    assert "Machines" not in " ".join(limits(rows, {}, ["A"]))
    assert "(A and B)" in " ".join(limits(rows, {}, ["A", "B"]))


@pytest.mark.parametrize(
    ("seconds", "text"), [(4.24, "4.2 s"), (59.7, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_benchmarks_are_summed_by_stage(tmp_path):
    for name, seconds, memory in (("merge/a/x.tsv", 10, "200"), ("merge/a/y.tsv", 30, "-"), ("tables.tsv", 2, "50")):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:01\t{memory}\n")
    table = read_benchmarks(tmp_path)
    assert table.to_dict("index") == {
        "merge": {"jobs": 2, "seconds": 40, "memory": 200},
        "tables": {"jobs": 1, "seconds": 2, "memory": 50},
    }
    (tmp_path / "x.tsv").write_text("a\n1\n")
    with pytest.raises(CocktailError, match="benchmark columns"):
        read_benchmarks(tmp_path)


class Page(HTMLParser):
    """What the tests ask of a page; ends of elements must match their starts."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "grid.png"
    Image.new("RGB", (256, 64)).save(path)
    return path


@pytest.fixture
def full(image):
    """Inputs of every kind, with names that are HTML."""
    name = "<b>&x"
    model = {"source": name, "before": None, "after": 2.0, "layers": []}
    sources = {"cat": {"model": "m"}, "face": {"model": "m"}}
    return Inputs(
        evaluations=by_file(evaluations(**CLEARLY, ensemble=[0.1, 0.1, 0.1])),
        labels={"ours": name},
        params=Params.model_validate({"sources": sources, "mixtures": {"cat-face": {"sources": ["cat", "face"]}}}),
        figures=[embed("samples", f'a "{name}"', image), embed("curves", "b", image)],
        distances={"d.json": {"mixture": name, "root": "cat", "models": [model]}},
        directions=[{"title": name, "rows": [{"domain": name, "change": 0.12345}, {"domain": "cat", "more": 1}]}],
        stages=pd.DataFrame({"jobs": [1], "seconds": [2.0], "memory": [np.nan]}, index=[name]),
        commit=name,
        date=name,
    )


def test_lists_among_other_rows_are_left_out():
    table = plain_table({"title": "pose", "rows": [{"domain": "cat", "mean": [0.1, 0.2], "change": 0.12345}]})
    assert (table.columns, table.groups) == (["domain", "change"], {"": [["cat", "0.123"]]})


def test_the_page_is_well_formed_and_stands_alone(full):
    page = Page(render(full))
    for _, attrs in page.elements:
        for key in ("src", "href", "srcset", "action", "data", "style"):
            assert str(attrs.get(key) or "#").startswith(("data:image/", "#"))
    css = "".join(page.text)
    assert "@import" not in css
    assert "url(" not in css
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.elements}


def test_every_image_is_embedded_with_a_caption_and_alternative_text(full):
    page = Page(render(full))
    uris = [image["src"] for image in page.all("img")]
    assert sorted(uris) == sorted(figure.uri for figure in full.figures)
    assert all(image["alt"] and image["width"] == "256" for image in page.all("img"))
    assert len(page.all("figcaption")) == 2


def test_a_union_as_the_root_is_named_whole_and_its_classes_are_not_counted_as_rooted():
    sources = {"cat": {"model": "m", "class": 0}, "face": {"model": "m", "class": 1}, "dog": {"model": "d"}}
    mixture = {"sources": ["cat", "dog", "face"], "root": ["cat", "face"]}
    params = Params.model_validate({"sources": sources, "mixtures": {"cat-face": mixture}})
    text = render(Inputs(by_file(evaluations(ours=[1], transfergan=[2])), params=params))  # 16 kimg, 8 of them merging
    assert "<td>cat+face</td>" in text
    assert "<td>1 \N{MULTIPLICATION SIGN} 8</td>" in text


def test_names_are_escaped(full):
    text = render(full)
    assert "<b>&x" not in text
    assert "".join(Page(text).text).count("<b>&x") >= 9


def test_contents_link_to_the_sections_that_are_there(full):
    for inputs in (full, Inputs(full.evaluations)):
        page = Page(render(inputs))
        ids = [attrs["id"] for attrs in page.all("section")]
        assert [attrs["href"] for attrs in page.all("a")] == [f"#{i}" for i in ids]
        assert ids == list(sections_of(inputs))
    assert set(ids) == ALWAYS
    assert not page.all("img")


def test_the_same_inputs_make_the_same_page(full):
    assert render(full) == render(full)


def test_the_page_states_the_verdict(full):
    text = " ".join("".join(Page(render(full)).text).split())
    assert "At equal total kimg the claim holds in 1 of 1 mixture" in text
    assert "at equal merging kimg the claim was not measured in 1 of 1 mixture" in text


def test_only_images_can_be_embedded(tmp_path):
    for name, message in (("a.pdf", "PDF cannot be embedded"), ("a.png", "cannot be read")):
        path = tmp_path / name
        path.write_text("no image")
        with pytest.raises(CocktailError, match=message):
            embed("samples", "c", path)


def test_figures_come_as_webp_and_sample_grids_as_they_are(tmp_path):
    smooth = np.add.outer(np.sin(np.arange(700) / 9), np.cos(np.arange(700) / 11))
    pixels = np.uint8(60 * smooth[..., None] + [120, 128, 135] + np.random.default_rng(0).integers(0, 9, (700, 700, 3)))
    for width, kind in ((700, "webp"), (600, "png")):
        path = tmp_path / f"{width}.png"
        Image.fromarray(pixels[:, :width]).save(path)
        found = embed("samples", "c", path)
        head, content = found.uri.split(",", 1)
        assert head == f"data:image/{kind};base64"
        assert (found.width, found.height) == (width, 700)
        shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(content))).convert("RGB"), dtype=float)
        assert np.abs(shown - pixels[:, :width]).mean() < 4


def verb(tmp_path, **options):
    path = tmp_path / "e.json"
    path.write_text(json.dumps(evaluation("ours", 1.0)))
    report([path], tmp_path / "out.html", **options)
    return (tmp_path / "out.html").read_text()


def test_the_verb_takes_labels_and_figures(tmp_path, image):
    text = verb(tmp_path, labels='{"ours": "Mine"}', figure=[f"samples=a = b={image}"])
    assert "Mine" in text
    assert "<figcaption>a = b</figcaption>" in text
    assert "ours" in verb(tmp_path)  # without labels, methods go by their names


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"figure": ["samples"]}, "SECTION=CAPTION=IMAGE.png"),
        ({"figure": ["sample=a=b.png"]}, "did you mean 'samples'"),
        ({"labels": "[1]"}, "expected a mapping"),
        ({"labels": "{"}, "--labels, line 1: not YAML or JSON"),
    ],
)
def test_the_verb_explains_mistakes(tmp_path, options, message):
    with pytest.raises(CocktailError, match=message):
        verb(tmp_path, **options)


def test_files_of_another_kind_are_refused(tmp_path):
    other = tmp_path / "other.json"
    other.write_text('{"curve": []}')
    with pytest.raises(CocktailError, match="found no rows in"):
        verb(tmp_path, directions=[other])
    with pytest.raises(CocktailError, match="expected layer distances"):
        verb(tmp_path, distances=[other])


def test_the_page_says_what_was_read_of_real_images_and_that_images_are_few(full):
    text = "".join(Page(render(full)).text)
    assert "Real images" not in text
    assert FEW not in text
    contents = list(full.evaluations.values())
    contents[0]["info"]["read"] = {"face": "40 images of faces; 3 files left out (3 hidden)"}
    contents[0]["rows"][0]["few"] = True
    text = "".join(Page(render(full)).text)
    assert "Real images, face" in text
    assert "40 images of faces; 3 files left out (3 hidden)" in text
    assert f"{FEW}: of fewer images than the features have dimensions" in text


def test_the_page_says_once_for_each_source_what_was_resampled(full):
    assert "shown in training" not in "".join(Page(render(full)).text)
    shown = ["9 images of cat.zip", "9 images of face.zip; 9 of 9 images enlarged from 32x32 to 64x64"]
    for content in full.evaluations.values():
        content["info"] = content["info"] | {"shown": shown}
    text = " ".join("".join(Page(render(full)).text).split())
    assert text.count(f"cat-face: {shown[0]}. {shown[1]}.") == 1
    assert "an antialiasing filter" in text
