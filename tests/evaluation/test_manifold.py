"""Precision and recall: brute force, closed cases, invariances."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation import manifold
from gan_cocktail.evaluation.manifold import equal_subsets, precision_recall


def gaussian(n, d, seed, shift=0.0):
    return np.random.default_rng(seed).normal(shift, 1, (n, d)).astype(np.float32)


def brute_force(generated, real, k):
    def inside(points, centres):
        distance = np.linalg.norm(centres[:, None].astype(float) - centres[None], axis=2)
        reach = np.sort(distance, 1)[:, k]
        return np.mean([(np.linalg.norm(centres - p, axis=1) <= reach).any() for p in points.astype(float)])

    return inside(generated, real), inside(real, generated)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(4, 60), m=st.integers(4, 60), d=st.integers(1, 30), k=st.integers(1, 3), seed=st.integers(0, 999))
def test_equals_brute_force(n, m, d, k, seed):
    x, y = gaussian(n, d, seed), gaussian(m, d, seed + 1, shift=0.5)
    assert precision_recall(x, y, k) == pytest.approx(brute_force(x, y, k), abs=1e-9)


def test_blocks_do_not_matter(monkeypatch):
    x, y = gaussian(100, 8, 0), gaussian(90, 8, 1, shift=0.7)
    whole = precision_recall(x, y)
    monkeypatch.setattr(manifold, "BLOCK", 7)
    assert precision_recall(x, y) == whole
    assert 0 < whole[0] < 1


def test_a_line_of_points_reaches_one_step():
    line = np.arange(10, dtype=np.float32)[:, None]  # nearest neighbours at distance 1: the manifold is [-1, 10]
    points = np.array([-1.1, -0.9, 3.5, 9.9, 10.1], np.float32)[:, None]
    assert precision_recall(points, line, 1)[0] == pytest.approx(3 / 5)


def test_a_set_is_its_own_manifold_and_strangers_share_nothing():
    x = gaussian(50, 16, 0)
    assert precision_recall(x, x) == (1, 1)
    assert precision_recall(x, x + 100) == (0, 0)


def test_swapping_the_sets_swaps_precision_and_recall():
    x, y = gaussian(80, 4, 0), gaussian(60, 4, 1, shift=1)
    assert precision_recall(x, y) == precision_recall(y, x)[::-1]


def test_a_collapsed_generator_is_precise_and_recalls_half():
    real = np.concatenate([gaussian(200, 2, 0), gaussian(200, 2, 1, shift=50)])
    precision, recall = precision_recall(gaussian(400, 2, 2), real)
    assert precision > 0.9
    assert 0.4 < recall <= 0.5


def test_far_from_the_origin_nothing_changes():
    rng = np.random.default_rng(0)
    x, y = (rng.integers(-99, 99, (60, 8)) / 64 for _ in range(2))  # exact in float32, moved or not
    assert precision_recall(x + 4096, y + 4096) == precision_recall(x, y)


def test_half_precision_references_do():
    x, y = gaussian(60, 8, 0), gaussian(60, 8, 1).astype(np.float16)
    assert precision_recall(x, y) == precision_recall(x, y.astype(np.float32))


def test_too_few_images_are_explained():
    with pytest.raises(CocktailError, match="3 nearest neighbours, found 3 generated and 50 reference"):
        precision_recall(gaussian(3, 2, 0), gaussian(50, 2, 0))


@given(n=st.integers(4, 40), m=st.integers(4, 40), seed=st.integers(0, 99))
def test_subsets_are_of_equal_size_without_repeats(n, m, seed):
    x, y = np.arange(n)[:, None], np.arange(m)[:, None]
    a, b = equal_subsets(x, y, seed)
    assert len(a) == len(b) == min(n, m)
    assert len(np.unique(a)) == len(np.unique(b)) == len(a)
    np.testing.assert_array_equal(b, equal_subsets(x, y, seed)[1])


def test_the_larger_set_is_thinned_evenly_and_by_the_seed():
    few, many = np.arange(200)[:, None], np.arange(2000)[:, None]  # in the order of classes, say
    for chosen in (equal_subsets(few, many, 0)[1], equal_subsets(many, few, 0)[0]):
        assert 60 < (chosen < 1000).sum() < 140
    assert not np.array_equal(equal_subsets(few, many, 0)[1], equal_subsets(few, many, 1)[1])
