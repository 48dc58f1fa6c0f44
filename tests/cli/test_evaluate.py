"""gan-cocktail evaluate: the JSON it writes, with snapshots and a cache."""

import json
from functools import partial

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.checkpoints.snapshots import save_snapshots
from gan_cocktail.cli.evaluate import evaluate
from gan_cocktail.cli.reference import reference
from gan_cocktail.cli.samples import samples
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.reference import load_reference, make_reference, save_reference
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.networks.generator import Synthesis
from gan_cocktail.reporting.grids import load_grid
from gan_cocktail.reporting.rows import load_rows
from gan_cocktail.reporting.tables import summary
from tests.conftest import ROOT, SHIPPED, TINY
from tests.data.files import fill, plain

CPU = torch.device("cpu")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Evaluates a model of two classes with one snapshot, by its cache unless told otherwise."""
    monkeypatch.chdir(ROOT)  # where the shipped weights are
    network = TINY.model_copy(update={"c_dim": 2})
    save(Model.random(network, 0), tmp_path / "model")
    save_snapshots({0.5: Model.random(network, 1).G}, network, tmp_path / "snapshots")
    extractor = lite.load(SHIPPED, CPU)
    references = [tmp_path / "a", tmp_path / "b"]
    for k, path in enumerate(references):
        images = torch.cat(list(draw(Model.random(network, 2), k, 30, 0, "x", CPU)))
        save_reference([make_reference(extractor(images), extractor.identity, "real", {})], path)

    def call(
        cache=tmp_path / "cache",
        snapshots=tmp_path / "snapshots",
        kid_subsets=3,
        models=1,
        source_class="",
        data="",
        domains="a,b",
    ):
        settings = f"{{n_images: 20, kid_subset_size: 10, kid_subsets: {kid_subsets}, ppl_paths: 2}}"
        evaluate(
            references[: len(domains.split(","))], [tmp_path / "model"] * models, tmp_path / "out.json", domains,
            "a+b", "ours", merging_kimg=1,
            snapshots=snapshots, cache=cache, settings=settings, source_class=source_class, data=data,
        )  # fmt: skip
        return json.loads((tmp_path / "out.json").read_text())

    return call


def test_the_end_has_every_metric_and_a_snapshot_the_cheap_ones(run):
    found = run()
    metrics = {kimg: {r["metric"] for r in found["rows"] if r["kimg"] == kimg} for kimg in (0.5, 1)}
    assert metrics[0.5] == {"fid", "kid", "precision", "recall", "purity"}
    assert metrics[1] == metrics[0.5] | {"ppl", "diversity"}
    assert [set(point) - {"kimg"} for point in found["curve"]] == list(metrics.values())
    assert 0 <= found["info"]["purity_ceiling"] <= 1


def test_domains_in_another_order_than_the_model_s_classes_are_refused(run, tmp_path):
    model = load(tmp_path / "model")
    model.classes = ("b", "a")
    save(model, tmp_path / "model")
    with pytest.raises(CocktailError, match=r"--domains: b is class 0 of .*model \(b, a\), found a, b"):
        run()


@pytest.mark.parametrize("domains", ["a", "bird"])
def test_one_domain_of_a_model_of_several_classes_is_asked_for(run, domains):
    with pytest.raises(
        CocktailError, match=r"--source-class: expected one of 0, 1 \(2 classes in .*model\), found none"
    ):
        run(domains=domains)
    measured = {
        name: [row["mean"] for row in run(snapshots=None, domains=domains, source_class=name)["rows"]] for name in "01"
    }
    assert measured["0"] != measured["1"]


@pytest.mark.parametrize(
    ("domains", "message"),
    [
        ("mean,b", "names beside mean and union, .* found mean;"),
        ("a,union", "names beside mean and union, .* found union;"),
        ("a,a", "expected different names, one a class, found a,a"),
    ],
)
def test_domains_whose_rows_would_have_one_name_are_refused(run, tmp_path, domains, message):
    with pytest.raises(CocktailError, match=f"--domains: .*{message}"):
        run(domains=domains)
    assert not (tmp_path / "out.json").exists()


def test_snapshots_of_another_network_are_refused(run, tmp_path):
    network = TINY.model_copy(update={"c_dim": 2, "conv_clamp": 8.0})
    save_snapshots({0.5: Model.random(network, 1).G}, network, tmp_path / "snapshots")
    with pytest.raises(CocktailError, match=r"--snapshots: .*conv_clamp is None in .*model and 8.0 in .*snapshots"):
        run()


def test_a_model_of_other_classes_is_refused(run, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "model")
    with pytest.raises(CocktailError, match="model: expected a model of 2 classes, one a domain, found 0"):
        run()


def test_of_one_model_a_class_none_has_classes_of_its_own(run, tmp_path):
    with pytest.raises(CocktailError, match=r"expected a model of one domain where several are given.*found 2 classes"):
        run(models=2)
    with pytest.raises(CocktailError, match="model: expected a model of one domain"):
        samples([tmp_path / "model"] * 2, tmp_path / "grid.png")


def test_of_sources_of_several_classes_the_one_that_is_asked_for_is_measured(run, tmp_path):
    def fids(**options):
        return {row["domain"]: row["mean"] for row in run(snapshots=None, **options)["rows"] if row["metric"] == "fid"}

    own = fids()
    assert fids(models=2, source_class="0,1") == pytest.approx(own)
    swapped = fids(models=2, source_class="1,0")
    assert swapped["a"] != pytest.approx(own["a"])
    with pytest.raises(CocktailError, match=r"--source-class: expected 0 to 1 .*, found 2"):
        fids(models=2, source_class="0,2")
    with pytest.raises(CocktailError, match="--source-class: expected one for each of 2 models, found 1"):
        fids(models=2, source_class="0")


def test_samples_of_a_source_are_of_the_class_that_is_asked_for(run, tmp_path):
    grids = {}
    for name, models, asked in (("own", 1, ""), ("same", 2, "0,1"), ("one", 1, "1")):
        samples([tmp_path / "model"] * models, tmp_path / f"{name}.png", 2, source_class=asked)
        grids[name] = load_grid(tmp_path / f"{name}.png")
    assert (grids["own"] == grids["same"]).all()
    assert (grids["own"][16:] == grids["one"]).all()


def test_the_tables_take_the_rows(run, tmp_path):
    run()
    assert set(summary(load_rows([tmp_path / "out.json"]))["a+b"]["ours"]) >= {"fid", "purity", "ppl"}


def test_the_cache_changes_no_number_and_saves_every_image(run, monkeypatch):
    plain, first = run(cache=None), run()
    assert plain == first
    monkeypatch.setattr(Synthesis, "forward", None)  # not to be called
    assert run() == first
    assert run(kid_subsets=5)["info"]["settings"]["kid_subsets"] == 5


def test_the_cache_keeps_the_sets_of_this_evaluation_alone(run, tmp_path):
    run()
    assert len(list((tmp_path / "cache").iterdir())) == 4 + 3  # two classes of two models; three path lengths
    run(snapshots=None)
    assert len(list((tmp_path / "cache").iterdir())) == 2 + 3


def test_too_few_images_are_told_in_the_log_and_in_the_file(run, capsys):
    found = run()
    log = capsys.readouterr().err
    for domain in "ab":
        told = f"{domain}: 20 generated and 30 reference images are too few for features of 192 dimensions"
        assert f"warning: {told}" in log
        assert any(sentence.startswith(told) for sentence in found["info"]["warnings"])
    marked = {row["metric"] for row in found["rows"] if row.get("few")}
    assert marked == {"fid", "kid", "precision", "recall"}


def test_reference_tells_what_it_read_and_evaluate_passes_it_on(run, tmp_path):
    fill(tmp_path / "pets", {f"{i}.png": plain((i, 99, 9), (16, 32)) for i in range(30)} | {"notes.txt": b""})
    save(Model.random(TINY, 0), tmp_path / "source")
    reference(tmp_path / "pets", tmp_path / "a", tmp_path / "source", "real", reading="fit: pad")
    expected = "30 images of pets; 30 of 30 images padded with white from 16x32; "
    read = run()["info"]["read"]
    assert set(read) == {"a"}
    assert read["a"].startswith(expected)
    assert "1 file left out (1 not an image: notes.txt)" in read["a"]


def test_what_a_union_was_shown_is_passed_on_unless_it_was_real_images(run, tmp_path):
    model = load(tmp_path / "model")
    assert "shown" not in run(data="fixed")["info"]
    model.info["read"] = ["9 images of a.zip; 9 of 9 images enlarged from 8x8 to 16x16"]
    save(model, tmp_path / "model")
    assert run(data="fixed")["info"]["shown"] == model.info["read"]
    assert "shown" not in run(data="real")["info"]


def test_a_reference_of_synthetic_images_may_be_of_smaller_ones_and_one_of_real_images_not(tmp_path):
    fill(tmp_path / "box", {f"{i}.png": plain((i, 99, 9), (8, 8)) for i in range(3)})
    save(Model.random(TINY, 0), tmp_path / "root")
    make = partial(reference, tmp_path / "box", tmp_path / "a", tmp_path / "root")
    with pytest.raises(CocktailError, match="8x8 pixels are fewer than the network's 16"):
        make("real")
    make("synthetic")
    sentence = load_reference(tmp_path / "a", lite.identity(SHIPPED)).info["read"]["sentence"]
    assert sentence == "3 images of box; 3 of 3 images enlarged from 8x8 to 16x16"
