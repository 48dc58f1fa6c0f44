"""gan-cocktail evaluate: the JSON it writes, with snapshots and a cache."""

import json

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.checkpoints.snapshots import save_snapshots
from gan_cocktail.cli.evaluate import evaluate
from gan_cocktail.cli.samples import samples
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.reference import make_reference, save_reference
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.networks.generator import Synthesis
from gan_cocktail.reporting.rows import load_rows
from gan_cocktail.reporting.tables import summary
from tests.conftest import ROOT, SHIPPED, TINY

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

    def call(cache=tmp_path / "cache", snapshots=tmp_path / "snapshots", kid_subsets=3, models=1):
        settings = f"{{n_images: 20, kid_subset_size: 10, kid_subsets: {kid_subsets}, ppl_paths: 2}}"
        evaluate(
            references, [tmp_path / "model"] * models, tmp_path / "out.json", "a,b", "a+b", "ours", merging_kimg=1,
            snapshots=snapshots, cache=cache, settings=settings,
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


def test_a_model_of_other_classes_is_refused(run, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "model")
    with pytest.raises(CocktailError, match="model: expected a model of 2 classes, one a domain, found 0"):
        run()


def test_of_one_model_a_class_none_has_classes_of_its_own(run, tmp_path):
    with pytest.raises(CocktailError, match=r"expected a model of one domain where several are given.*found 2 classes"):
        run(models=2)
    with pytest.raises(CocktailError, match="model: expected a model of one domain"):
        samples([tmp_path / "model"] * 2, tmp_path / "grid.png")


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
