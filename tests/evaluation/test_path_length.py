"""Path length: closed forms of the finite difference, and what generators with known w must score."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.path_length import EPSILON, path_length, squared_speed
from gan_cocktail.evaluation.perceptual import load_perceptual
from tests.conftest import ROOT, SHIPPED, TINY

CPU = torch.device("cpu")
PERCEPTUAL = load_perceptual(SHIPPED, CPU)


def speeds(model, label, n=50, epsilon=EPSILON):
    return path_length(model, label, n, PERCEPTUAL, 0, CPU, Cache(), epsilon)


@pytest.fixture(scope="module")
def cat():
    return load(ROOT / "resources/sources/cat/model.safetensors")


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), epsilon=st.sampled_from([1e-1, 1e-2, 1e-3, 1e-4]))
def test_a_linear_map_has_the_speed_of_its_line_at_every_step(seed, epsilon):
    rng = torch.Generator().manual_seed(seed)
    a, b = torch.randn(2, 6, 4, generator=rng)
    t, matrix = torch.rand(6, 1, generator=rng), torch.randn(4, 9, generator=rng)
    expected = ((b - a) @ matrix).square().sum(1)
    torch.testing.assert_close(squared_speed(lambda w: w @ matrix, a, b, t, epsilon), expected, rtol=2e-2, atol=1e-2)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-4])
def test_on_a_circle_the_speed_is_the_angular_one(epsilon):
    a, b, t = torch.zeros(200, 1), torch.linspace(1, 5, 200)[:, None], torch.rand(200, 1)
    found = squared_speed(lambda w: torch.cat([w.cos(), w.sin()], 1), a, b, t, epsilon)
    torch.testing.assert_close(found.mean(), b.square().mean(), rtol=5e-3, atol=0)


def test_a_parabola_s_speed_depends_on_the_place():
    a, b, t = torch.zeros(3, 1), torch.ones(3, 1), torch.tensor([[0.1], [0.5], [0.9]])
    found = squared_speed(lambda w: w.square(), a, b, t, 1e-3)
    assert found.tolist() == pytest.approx([4 * 0.01, 4 * 0.25, 4 * 0.81], rel=2e-2)  # (2 t)^2


def test_the_step_is_sound_between_rounding_and_bend(cat):
    step, larger, tiny = (speeds(cat, 0, epsilon=e).mean().item() for e in (EPSILON, 10 * EPSILON, EPSILON / 100))
    assert step == pytest.approx(larger, rel=2e-2)
    assert tiny > 1.1 * step  # a step where rounding speaks: the test can fail


def test_a_generator_that_ignores_w_has_length_zero(cat):
    deaf = {k: torch.zeros_like(v) if k.endswith("affine.weight") else v for k, v in cat.G.items()}
    assert speeds(Model(cat.network, deaf), 0).max() == 0
    assert speeds(cat, 0).min() > 0


def test_widening_a_source_leaves_the_length_of_its_class(cat):
    torch.testing.assert_close(speeds(widen(cat, 2, 1, 0), 1), speeds(cat, 0), rtol=2e-2, atol=0.5)


def test_speeds_are_seeded(cat):
    assert torch.equal(speeds(cat, 0, 20), speeds(cat, 0, 20))
    assert math.isfinite(speeds(cat, 0, 1).item())


def test_across_runs_between_every_two_classes_and_along_the_label_alone():
    model = Model.random(TINY.model_copy(update={"c_dim": 3}), 0)
    embed = model.G["mapping.embed.weight"]
    embed[:, 2] = embed[:, 1]  # classes 1 and 2 are one
    found = speeds(model, None, 6).view(2, 3)  # pairs (0, 1), (0, 2), (1, 2), and again
    assert (found[:, :2] > 0).all()
    assert (found[:, 2] == 0).all()
    embed[:, 0] = embed[:, 1]
    assert speeds(model, None, 6).max() == 0
    assert speeds(model, 0, 6).min() > 0


def test_speeds_are_remembered(tmp_path, cat, monkeypatch):
    cache = Cache(tmp_path)
    first = path_length(cat, 0, 5, PERCEPTUAL, 0, CPU, cache)
    monkeypatch.setattr(Model, "generator", None)  # not to be called
    assert torch.equal(path_length(cat, 0, 5, PERCEPTUAL, 0, CPU, cache), first)
