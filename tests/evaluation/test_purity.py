"""Domain purity: its classifier on features of known overlap."""

from statistics import NormalDist

import numpy as np
import pytest

from gan_cocktail.evaluation import purity
from gan_cocktail.evaluation.purity import fit_classifier


def cloud(n, seed, shift=0.0, d=5):
    features = np.random.default_rng(seed).normal(0, 1, (n, d))
    features[:, 0] += shift
    return features.astype(np.float16)


def test_domains_apart_are_told_apart():
    classifier = fit_classifier([cloud(200, i, 20 * i) for i in range(3)], 0)
    assert classifier.ceiling == 1
    fresh = cloud(100, 9, 40)
    assert [classifier.share(fresh, i) for i in range(3)] == [0, 0, 1]


def test_of_two_gaussians_the_right_share_is_the_normal_distribution_s():
    classifier = fit_classifier([cloud(5000, 0, -0.7), cloud(5000, 1, 0.7)], 0)
    right = NormalDist().cdf(0.7)
    assert classifier.ceiling == pytest.approx(right, abs=0.04)
    assert classifier.share(cloud(20000, 2, 0.7), 1) == pytest.approx(right, abs=0.02)


def test_equal_domains_leave_the_classifier_guessing():
    classifier = fit_classifier([cloud(5000, 0), cloud(5000, 1)], 0)
    assert classifier.ceiling == pytest.approx(0.5, abs=0.05)


def test_a_larger_reference_is_no_likelier_domain():
    classifier = fit_classifier([cloud(5000, 0, -0.5), cloud(250, 1, 0.5)], 0)
    shares = [classifier.share(cloud(20000, 2 + i, shift), i) for i, shift in enumerate((-0.5, 0.5))]
    assert shares[0] == pytest.approx(shares[1], abs=0.1)


def test_shares_over_domains_are_one():
    classifier = fit_classifier([cloud(100, i, i) for i in range(4)], 0)
    assert sum(classifier.share(cloud(333, 9), i) for i in range(4)) == pytest.approx(1)


def test_more_dimensions_than_images_are_no_obstacle():
    classifier = fit_classifier([cloud(20, 0, -10, d=200), cloud(20, 1, 10, d=200)], 0)
    assert classifier.share(cloud(50, 2, 10, d=200), 1) > 0.9


def test_the_scale_of_a_feature_does_not_matter():
    parts = [cloud(500, i, i).astype(np.float32) for i in range(2)]
    scale = np.array([1, 1, 1, 1000, 0.01], np.float32)
    plain, scaled = fit_classifier(parts, 0), fit_classifier([part * scale for part in parts], 0)
    fresh = cloud(1000, 9, 1).astype(np.float32)
    assert scaled.share(fresh * scale, 1) == pytest.approx(plain.share(fresh, 1), abs=0.01)


def test_fits_are_seeded():
    parts = [cloud(500, i, i) for i in range(2)]
    assert fit_classifier(parts, 0).ceiling == fit_classifier(parts, 0).ceiling


def test_without_shrinkage_it_is_scikit_learn_s(monkeypatch):
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    monkeypatch.setattr(purity, "SHRINKAGE", 0.0)
    monkeypatch.setattr(purity, "HELD_OUT", 10**6)  # one row
    mixing = np.random.default_rng(1).normal(0, 1, (5, 5))
    parts = [cloud(300, i, i).astype(np.float64) @ mixing for i in range(3)]
    theirs = LinearDiscriminantAnalysis(solver="lsqr", priors=[1 / 3] * 3)
    theirs.fit(np.concatenate(parts), np.repeat(range(3), 300))
    fresh = cloud(2000, 9, 1).astype(np.float64) @ mixing
    ours = fit_classifier(parts, 0)
    for i in range(3):
        assert ours.share(fresh, i) == pytest.approx((theirs.predict(fresh) == i).mean(), abs=0.005)
