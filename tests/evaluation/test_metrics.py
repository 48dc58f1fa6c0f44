"""FID: closed forms, agreement with clean-fid."""

import cleanfid.fid
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.evaluation.metrics import frechet_distance, moments
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


@settings(max_examples=40, deadline=None)
@given(n=st.integers(2, 60), d=st.integers(1, 40), scale=st.sampled_from([1e-3, 1, 30]), seed=st.integers(0, 999))
def test_fid_of_a_set_with_itself_is_printed_as_zero(n, d, scale, seed):
    own = moments(np.random.default_rng(seed).normal(3, scale, (n, d)).reshape(n, d))
    found = frechet_distance(*(np.atleast_2d(m) if k % 2 else m for k, m in enumerate((*own, *own))))
    assert found >= 0
    assert number(found) in ("0.00", "0.000")
    assert number(-found) in ("0.00", "0.000")


def test_fewer_images_than_features_have_a_distance():
    """Eigenvalues that are 0 but for rounding, of which some are below: of different means it is not 0."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        a, b = moments(rng.normal(0, 1, (5, 40))), moments(rng.normal(1, 1, (5, 40)))
        assert frechet_distance(*a, *b) > np.square(a[0] - b[0]).sum() > 1
