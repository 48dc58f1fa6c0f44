"""KID: closed form, unbiasedness, agreement with clean-fid and with the sum over pairs."""

import cleanfid.fid
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation import kernel_distance
from gan_cocktail.evaluation.kernel_distance import KernelDistance


def squared_mmd(x, y):
    """Of all of x and all of y."""
    return KernelDistance(y, 1, len(x), 0)(x)[0]


def test_it_equals_clean_fid_on_the_same_features():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 16)), rng.normal(0.5, 1, size=(200, 16))
    theirs = cleanfid.fid.kernel_distance(x, y, num_subsets=1, max_subset_size=200)  # one subset: everything
    assert squared_mmd(x, y) == pytest.approx(theirs, rel=1e-9)
    assert KernelDistance(y, 3, 200, 0)(x)[0] == pytest.approx(theirs, rel=1e-9)


def test_it_is_unbiased():
    rng = np.random.default_rng(0)
    values = [squared_mmd(rng.normal(size=(20, 4)), rng.normal(size=(20, 4))) for _ in range(3000)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    assert min(values) < 0 < max(values)


def test_subsets_of_the_two_sets_are_chosen_apart():
    """Chosen alike, a set's subsets would meet themselves, and its distance to itself would be below 0."""
    x = np.random.default_rng(0).normal(size=(2000, 4))
    mean, spread = KernelDistance(x, 400, 20, 0)(x)
    assert abs(mean) < 4 * spread / np.sqrt(400)


def test_it_is_the_polynomial_kernel_s_mmd_in_closed_form():
    # one dimension: E k(x, y) = E (xy + 1)^3 of moments; for N(m, 1) against N(0, 1)
    m, rng = 0.7, np.random.default_rng(1)
    mine = [0, m, 1 + m**2, m**3 + 3 * m]  # E x^k, k = 0..3 (k = 0 handled apart)
    other = [0, 0, 1, 0]
    weights = {1: 3, 2: 3, 3: 1}
    closed = sum(w * (mine[k] - other[k]) ** 2 for k, w in weights.items())
    values = [squared_mmd(rng.normal(m, 1, (60, 1)), rng.normal(0, 1, (60, 1))) for _ in range(3000)]
    assert np.mean(values) == pytest.approx(closed, abs=5 * np.std(values) / np.sqrt(len(values)))


@settings(max_examples=40, deadline=None)
@given(
    n=st.integers(2, 60), m=st.integers(2, 60), d=st.integers(1, 9), subsets=st.integers(1, 30), seed=st.integers(0, 99)
)
def test_it_is_the_mean_over_subsets_of_the_sum_over_pairs(n, m, d, subsets, seed):
    rng = np.random.default_rng(seed)
    x, y, size = rng.normal(size=(n, d)), rng.normal(1, 2, size=(m, d)), min(n, m)
    found = KernelDistance(y, subsets, size, seed)
    values = []
    for i, j in zip(found._rows(n, 0), found._rows(m, 1), strict=True):
        k = [[(a @ b / d + 1) ** 3 for a in p for b in q] for p, q in ((x[i], x[i]), (y[j], y[j]), (x[i], y[j]))]
        own = [sum((a @ a / d + 1) ** 3 for a in p) for p in (x[i], y[j])]
        within = (sum(k[0]) - own[0] + sum(k[1]) - own[1]) / (size * (size - 1))
        values.append(within - 2 * np.mean(k[2]))
    assert found(x) == pytest.approx((np.mean(values), np.std(values)), rel=1e-9, abs=1e-9)


def test_blocks_do_not_change_it(monkeypatch):
    x, y = np.random.default_rng(0).normal(size=(2, 90, 5))
    found = KernelDistance(y, 30, 20, 0)(x)
    monkeypatch.setattr(kernel_distance, "BLOCK", 7)
    assert KernelDistance(y, 30, 20, 0)(x) == pytest.approx(found, rel=1e-12)


def test_it_is_seeded_and_refuses_too_few_images():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 300, 8))
    assert KernelDistance(y, 10, 50, 1)(x) == KernelDistance(y, 10, 50, 1)(x)
    assert KernelDistance(y, 10, 50, 1)(x) != KernelDistance(y, 10, 50, 2)(x)
    with pytest.raises(CocktailError, match="kid_subset_size is 400"):
        KernelDistance(y, 10, 400, 1)(x)
