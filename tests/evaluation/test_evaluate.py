"""The rows of an evaluation, and the images they are of."""

import numpy as np
import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.evaluate import evaluate, union_counts
from gan_cocktail.evaluation.features import embedded
from gan_cocktail.evaluation.reference import make_reference
from gan_cocktail.evaluation.sampling import draw, of_class
from gan_cocktail.params.evaluation import EvaluationParams
from tests.conftest import ROOT, TINY

CPU = torch.device("cpu")
SETTINGS = EvaluationParams(n_images=60, kid_subsets=5, kid_subset_size=20)


def images_of(model, label, n=60, name="evaluation"):
    return torch.cat(list(draw(model, label, n, 0, name, CPU)))


@pytest.fixture(scope="module")
def measured():
    extractor = embedded(ROOT / "resources/features/embedded.safetensors", CPU)
    model = Model.random(TINY.model_copy(update={"c_dim": 2}), 0)
    features = [extractor(images_of(model, k)) for k in range(2)]
    references = [make_reference(f, extractor.identity, "real", {}) for f in features]
    rows = evaluate([model], ["a", "b"], references, [0.5, 0.5], extractor, SETTINGS, 0, CPU)
    return {(row["domain"], row["metric"]): row for row in rows}


def test_rows_are_complete(measured):
    assert set(measured) == {(d, m) for d in ("a", "b", "mean", "union") for m in ("fid", "kid")}
    assert all(np.isfinite(row["mean"]) for row in measured.values())
    assert {row["n_images"] for row in measured.values()} == {60}


def test_a_model_measured_against_its_own_images_scores_zero(measured):
    for domain in ("a", "b", "mean"):
        assert measured[domain, "fid"]["mean"] == pytest.approx(0, abs=1e-4)
    assert measured["union", "fid"]["mean"] < 5


def test_the_mean_is_over_domains(measured):
    for metric in ("fid", "kid"):
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
