"""The rows of an evaluation, and the images they are of."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation import evaluate as evaluating
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.evaluate import Protocol, union_counts
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.features import Extractor, Identity
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.evaluation.reference import make_reference
from gan_cocktail.evaluation.rows import mean_rows, warnings
from gan_cocktail.evaluation.sampling import draw, of_class
from gan_cocktail.evaluation.yardstick import Target, Yardstick
from gan_cocktail.networks.generator import Synthesis
from gan_cocktail.params.evaluation import EvaluationParams
from tests.conftest import SHIPPED, TINY

CPU = torch.device("cpu")
SETTINGS = EvaluationParams(n_images=60, kid_subsets=5, kid_subset_size=20, ppl_paths=4)
CHEAP = ("fid", "kid", "precision", "recall")


def images_of(model, label, n=60, name="evaluation"):
    return torch.cat(list(draw(model, label, n, 0, name, CPU)))


@pytest.fixture(scope="module")
def model():
    return Model.random(TINY.model_copy(update={"c_dim": 2}), 0)


@pytest.fixture(scope="module")
def protocol(model):
    """The references are of the model's own images."""
    perceptual = load_perceptual(SHIPPED, CPU)
    return Protocol(["a", "b"], [yardstick(lite.load(SHIPPED, CPU), model)], perceptual, CPU)


def yardstick(extractor, model):
    """Of a model's own images."""
    features = [extractor(images_of(model, k)) for k in range(2)]
    references = [make_reference(f, extractor.identity, "real", {}) for f in features]
    return Yardstick(extractor, references, [0.5, 0.5], SETTINGS, 0)


def changed(protocol, **settings):
    """The protocol with other settings."""
    other = SETTINGS.model_copy(update=settings)
    return replace(protocol, yardsticks=[replace(each, settings=other) for each in protocol.yardsticks])


def evaluate(models, protocol, **options):
    """The rows by the first extractor."""
    return next(iter(evaluating.evaluate(models, protocol, **options).values()))


def by_name(rows):
    found = {(row["domain"], row["metric"]): row for row in rows}
    assert len(found) == len(rows)
    return found


@pytest.fixture(scope="module")
def measured(model, protocol):
    return by_name(evaluate([model], protocol))


@pytest.fixture
def counted(monkeypatch):
    """Calls of generators, by what they draw: a list that grows."""
    calls = []
    forward = Synthesis.forward
    monkeypatch.setattr(
        Synthesis, "forward", lambda self, ws, *a, **k: calls.append(len(ws)) or forward(self, ws, *a, **k)
    )
    return calls


def test_rows_are_complete(measured):
    everywhere = {(d, m) for d in ("a", "b", "mean", "union") for m in (*CHEAP, "ppl")}
    assert set(measured) == everywhere | {(d, m) for d in ("a", "b", "mean") for m in ("purity", "diversity")}
    assert all(np.isfinite(row["mean"]) for row in measured.values())
    assert {row["n_images"] for (_, metric), row in measured.items() if metric != "ppl"} == {60}
    assert {row["n_images"] for (_, metric), row in measured.items() if metric == "ppl"} == {8}
    assert {metric for (_, metric), row in measured.items() if row["std"] is not None} == {"kid", "ppl", "diversity"}


def test_rows_say_what_they_are_compared_with(measured):
    alone = {metric for (_, metric), row in measured.items() if row["reference"] == "none"}
    assert alone == {"ppl", "diversity"}
    assert {row["extractor"] for (_, metric), row in measured.items() if metric in alone} == {"efficientnet_lite0"}
    assert measured["a", "fid"]["n_reference"] == 60


def test_a_model_measured_against_its_own_images_is_perfect(measured):
    for domain in ("a", "b", "mean"):
        assert measured[domain, "fid"]["mean"] == pytest.approx(0, abs=1e-4)
        assert measured[domain, "precision"]["mean"] > 0.95  # the references are kept in half precision
        assert measured[domain, "recall"]["mean"] > 0.95
    assert measured["union", "fid"]["mean"] < 5


def test_precision_and_recall_see_sets_of_equal_size(model, protocol):
    (own,) = protocol.yardsticks
    fewer = replace(own, references=[replace(r, features=r.features[:40]) for r in own.references])
    rows = by_name(evaluate([model], replace(protocol, yardsticks=[fewer]), snapshot=True))
    assert (rows["a", "precision"]["n_images"], rows["a", "precision"]["n_reference"]) == (40, 40)
    assert (rows["a", "fid"]["n_images"], rows["a", "fid"]["n_reference"]) == (60, 40)


def test_the_union_s_path_length_is_across_domains(model, protocol, measured):
    assert measured["union", "ppl"]["mean"] != measured["mean", "ppl"]["mean"]
    off = changed(protocol, ppl_paths=0)
    assert "ppl" not in {metric for _, metric in by_name(evaluate([model], off))}


def test_a_snapshot_has_the_cheap_metrics_and_the_same_values(model, protocol, measured):
    rows = by_name(evaluate([model], protocol, snapshot=True))
    assert {metric for _, metric in rows} == {*CHEAP, "purity"}
    assert all(row == measured[name] for name, row in rows.items())


def test_an_ensemble_has_no_path_between_its_members(model, protocol):
    alone = [Model.random(TINY, seed) for seed in range(2)]
    rows = by_name(evaluate(alone, protocol))
    assert ("a", "ppl") in rows
    assert ("union", "ppl") not in rows


def test_a_single_domain_needs_no_classifier(protocol):
    (own,) = protocol.yardsticks
    alone = replace(own, references=own.references[:1], probabilities=[1.0])
    assert alone.classifier is None
    one = replace(protocol, domains=["a"], yardsticks=[alone])
    metrics = {metric for _, metric in by_name(evaluate([Model.random(TINY, 0)], one))}
    assert metrics == {*CHEAP, "ppl", "diversity"}


def test_images_are_drawn_once_and_not_again_from_the_cache(tmp_path, model, protocol, measured, counted):
    rows = by_name(evaluate([model], replace(protocol, cache=Cache(tmp_path))))
    assert rows == measured
    assert sum(counted) == 2 * 60 + 3 * 2 * 4  # images of two classes; two ends of four paths, thrice
    counted.clear()
    again = by_name(evaluate([model], changed(replace(protocol, cache=Cache(tmp_path)), kid_subsets=7)))
    assert counted == []
    assert again["a", "kid"] != rows["a", "kid"]
    assert all(again[name] == row for name, row in rows.items() if name[1] != "kid")


def test_a_second_extractor_sees_the_same_images_and_changes_no_number_of_the_first(model, protocol, measured, counted):
    means = Extractor(Identity("means", "abc", "none", 3), 16, lambda x: x.mean([2, 3]) / 255)
    second = yardstick(means, model)
    counted.clear()
    found = evaluating.evaluate([model], replace(protocol, yardsticks=[*protocol.yardsticks, second]))
    assert list(found) == ["efficientnet_lite0", "means"]
    assert by_name(found["efficientnet_lite0"]) == measured
    assert {metric for _, metric in by_name(found["means"])} == {*CHEAP, "purity"}
    assert by_name(found["means"])["a", "fid"]["mean"] == pytest.approx(
        0, abs=1e-6
    )  # its own reference, not the first's
    assert sum(counted) == 2 * 60 + 3 * 2 * 4


@pytest.mark.parametrize("change", ["model", "seed", "n_images"])
def test_other_images_are_not_taken_for_the_same(tmp_path, model, protocol, counted, change):
    cached = replace(protocol, cache=Cache(tmp_path))
    evaluate([model], cached, snapshot=True)
    counted.clear()
    if change == "model":
        model = Model.random(model.network, 1)
    elif change == "seed":
        cached = replace(cached, yardsticks=[replace(cached.yardsticks[0], seed=1)])
    else:
        cached = changed(cached, n_images=50)
    evaluate([model], cached, snapshot=True)
    assert sum(counted) == 2 * cached.settings.n_images


def test_the_mean_is_over_domains(measured):
    for metric in (*CHEAP, "purity", "diversity", "ppl"):
        both = [measured[d, metric]["mean"] for d in ("a", "b")]
        assert measured["mean", metric]["mean"] == pytest.approx(np.mean(both))


def test_models_see_the_same_latents_and_streams_differ():
    a, b = Model.random(TINY, 0), Model.random(TINY, 0)
    assert torch.equal(images_of(a, 0), images_of(b, 0))
    assert not torch.equal(images_of(a, 0), images_of(a, 0, name="another"))
    assert torch.equal(images_of(a, 0, n=50), images_of(a, 0, n=60)[:50])  # more images: the first stay


def test_union_labels_follow_the_class_probabilities():
    counts = union_counts([0.7, 0.2, 0.1], 10000, 0)
    assert sum(counts) == 10000
    assert counts[0] / 10000 == pytest.approx(0.7, abs=0.02)


def test_an_ensemble_draws_each_class_from_its_own_model():
    a, b = Model.random(TINY, 0), Model.random(TINY, 1)
    assert of_class([a, b], 1) == (b, 0)
    assert of_class([a], 1) == (a, 1)


@pytest.mark.parametrize(
    ("drawn", "kept", "few"), [(200, 200, False), (191, 200, True), (200, 191, True), (192, 192, False)]
)
def test_fewer_images_than_features_on_either_side_are_marked(protocol, drawn, kept, few):
    rng, extractor = np.random.default_rng(0), protocol.yardsticks[0].extractor.identity
    of = make_reference(rng.normal(size=(kept, extractor.dim)).astype(np.float32), extractor, "real", {})
    rows = Target(of, SETTINGS, 0).compare(rng.normal(size=(drawn, extractor.dim)).astype(np.float32), CPU)
    assert [row.get("few", False) for row in rows] == [few] * 4


def test_a_mean_with_one_part_of_too_few_images_is_marked_and_told():
    base = {"metric": "fid", "mean": 1.0, "std": None, "n_images": 60, "n_reference": 40, "reference": "real"}
    rows = [base | {"domain": "a"}, base | {"domain": "b", "few": True}]
    (mean,) = mean_rows(rows)
    assert mean["few"]
    assert "few" not in mean_rows(rows[:1])[0]
    (told,) = warnings([*rows, mean], 128)
    assert told.startswith("b: 60 generated and 40 reference images are too few for features of 128 dimensions: ")
