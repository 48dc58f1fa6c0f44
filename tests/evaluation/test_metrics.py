"""FID and KID: closed forms, unbiasedness, agreement with clean-fid."""

import cleanfid.fid
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.metrics import frechet_distance, kernel_distance, moments, squared_mmd
from gan_cocktail.reporting.formats import number


@settings(max_examples=30, deadline=None)
@given(d=st.integers(1, 20), seed=st.integers(0, 2**32 - 1))
def test_fid_of_commuting_gaussians_is_the_closed_form(d, seed):
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.normal(size=(d, d)))
    a, b = rng.uniform(0, 4, (2, d))  # variances along common axes
    shift = rng.normal(size=d)
    found = frechet_distance(shift, (basis * a) @ basis.T, np.zeros(d), (basis * b) @ basis.T)
    assert found == pytest.approx(shift @ shift + np.square(np.sqrt(a) - np.sqrt(b)).sum(), abs=1e-6)


def test_fid_equals_clean_fid_on_the_same_features():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(500, 64)), rng.normal(0.3, 1.4, size=(400, 64)) @ rng.normal(size=(64, 64)) / 8
    assert frechet_distance(*moments(x), *moments(y)) == pytest.approx(cleanfid.fid.fid_from_feats(x, y), rel=1e-6)


def test_fid_is_symmetric_zero_on_itself_and_survives_singular_covariances():
    rng = np.random.default_rng(0)
    a, b = moments(rng.normal(size=(10, 30))), moments(rng.normal(size=(12, 30)))  # rank 9 and 11 of 30
    # twenty of thirty eigenvalues are zero up to 1e-15, their roots up to 3e-8 times the scale, on either side
    assert frechet_distance(*a, *a) == pytest.approx(0, abs=1e-5)
    assert frechet_distance(*a, *b) == pytest.approx(frechet_distance(*b, *a), rel=1e-6)


def test_kid_equals_clean_fid_on_the_same_features():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 16)), rng.normal(0.5, 1, size=(200, 16))
    theirs = cleanfid.fid.kernel_distance(x, y, num_subsets=1, max_subset_size=200)  # one subset: everything
    assert squared_mmd(y, x) == pytest.approx(theirs, rel=1e-9)
    assert kernel_distance(x, y, 3, 200, 0)[0] == pytest.approx(theirs, rel=1e-9)


def test_kid_is_unbiased():
    rng = np.random.default_rng(0)
    values = [squared_mmd(rng.normal(size=(20, 4)), rng.normal(size=(25, 4))) for _ in range(3000)]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    assert min(values) < 0 < max(values)


def test_kid_is_the_polynomial_kernel_s_mmd_in_closed_form():
    # one dimension: E k(x, y) = E (xy + 1)^3 of moments; for N(m, 1) against N(0, 1)
    m, rng = 0.7, np.random.default_rng(1)
    mine = [0, m, 1 + m**2, m**3 + 3 * m]  # E x^k, k = 0..3 (k = 0 handled apart)
    other = [0, 0, 1, 0]
    weights = {1: 3, 2: 3, 3: 1}
    closed = sum(w * (mine[k] - other[k]) ** 2 for k, w in weights.items())
    values = [squared_mmd(rng.normal(m, 1, (60, 1)), rng.normal(0, 1, (60, 1))) for _ in range(3000)]
    assert np.mean(values) == pytest.approx(closed, abs=5 * np.std(values) / np.sqrt(len(values)))


def test_kid_is_seeded_and_refuses_too_few_images():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 300, 8))
    assert kernel_distance(x, y, 10, 50, 1) == kernel_distance(x, y, 10, 50, 1)
    assert kernel_distance(x, y, 10, 50, 1) != kernel_distance(x, y, 10, 50, 2)
    with pytest.raises(CocktailError, match="kid_subset_size is 400"):
        kernel_distance(x, y, 10, 400, 1)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 60), d=st.integers(1, 40), scale=st.sampled_from([1e-3, 1, 30]), seed=st.integers(0, 999))
def test_fid_of_a_set_with_itself_is_printed_as_zero(n, d, scale, seed):
    own = moments(np.random.default_rng(seed).normal(3, scale, (n, d)).reshape(n, d))
    found = frechet_distance(*(np.atleast_2d(m) if k % 2 else m for k, m in enumerate((*own, *own))))
    assert found >= 0
    assert number(found) in ("0.00", "0.000")
    assert number(-found) in ("0.00", "0.000")
