"""The report: a page that stands alone."""

import base64
import io
import json
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
from gan_cocktail.reporting.phrases import limits
from gan_cocktail.reporting.report import breakable, plain_table, render, rich
from gan_cocktail.reporting.runtime import duration, read_benchmarks
from tests.reporting.evaluations import CLEARLY, by_file, collect, evaluation, evaluations


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
    for name, seconds, memory in (
        ("finetune/a/x.tsv", 10, "200"),
        ("finetune/a/y.tsv", 30, "-"),
        ("tables.tsv", 2, "50"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"s\th:m:s\tmax_rss\n{seconds}\t0:00:01\t{memory}\n")
    table = read_benchmarks(tmp_path)
    assert table.to_dict("index") == {
        "finetune": {"jobs": 2, "seconds": 40, "memory": 200},
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
