"""Statistics over seeds: scipy's and hand-made answers, and what may not change them."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gan_cocktail.reporting.statistics import over_seeds, paired_difference
from tests.reporting.conftest import evaluation

NUMBERS = st.floats(-100, 100, allow_subnormal=False)
VALUES = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=8)


def series(values, seeds=None):
    return pd.Series(list(values), index=seeds or range(len(values)), dtype=float)


def test_mean_and_sample_deviation_by_hand(load):
    rows = load(*[evaluation("m", "ours", s, {(16, 8): (v, v)}) for s, v in enumerate((1.0, 2.0, 6.0))])
    found = over_seeds(rows).set_index("domain").loc["mean"]
    assert (found["mean"], found["min"], found["max"], found["n"], found["seeds"]) == (3, 1, 6, 3, "0 1 2")
    assert found["std"] == pytest.approx(math.sqrt(7))  # (4 + 1 + 9) / (3 - 1)


def test_one_seed_has_no_deviation_over_seeds_but_its_own_over_subsets(load):
    found = over_seeds(load(evaluation("m", "ours", 0, {(16, 8): (1.0, 2.0)}, ["kid"])))
    assert found["std"].isna().all()
    assert (found["subset_std"] == 0.001).all()


def test_the_order_of_files_is_kept(load):
    names = ["z", "a", "m"]
    rows = load(*[evaluation(mix, name, 0, {(1, 1): (1, 1)}) for mix in ("q", "b") for name in names])
    assert list(over_seeds(rows)["method"].unique()) == names
    assert list(over_seeds(rows)["mixture"].unique()) == ["q", "b"]


@given(VALUES)
def test_the_interval_is_that_of_the_paired_t_test(pairs):
    other, ours = np.array(pairs).T
    found = paired_difference(series(other), series(ours))
    if np.std(other - ours) < 1e-6:
        return
    expected = stats.ttest_rel(other, ours).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=1e-6)


@given(VALUES, NUMBERS)
def test_what_a_seed_adds_to_both_drops_out(pairs, constant):
    other, ours = np.array(pairs).T
    shifts = constant * np.arange(len(pairs))  # another one for each seed, so the unpaired deviation does change
    before = paired_difference(series(other), series(ours))
    after = paired_difference(series(other + shifts), series(ours + shifts))
    assert after.std == pytest.approx(before.std, abs=1e-6)
    assert after.mean == pytest.approx(before.mean, abs=1e-6)


@given(VALUES, NUMBERS)
def test_a_constant_added_to_one_side_moves_the_mean_alone(pairs, constant):
    other, ours = np.array(pairs).T
    before = paired_difference(series(other), series(ours))
    after = paired_difference(series(other + constant), series(ours))
    assert after.std == pytest.approx(before.std, abs=1e-6)
    assert after.mean == pytest.approx(before.mean + constant, abs=1e-6)


def test_pairing_finds_what_the_spread_over_seeds_hides():
    ours = series([10, 20, 30])
    other = ours + np.array([1.0, 1.1, 0.9])
    assert paired_difference(other, ours).verdict == "ours better"
    assert paired_difference(ours, other).verdict == "ours worse"
    assert stats.ttest_ind(other, ours).confidence_interval(0.95).low < 0


def test_pairs_are_made_by_seed_not_by_position():
    found = paired_difference(series([5, 1], [7, 3]), series([1, 2, 4], [3, 9, 7]))
    assert (found.n, found.mean, found.std) == (2, 0.5, pytest.approx(math.sqrt(0.5)))  # differences 0 and 1
    assert found.verdict == "no difference beyond noise"


@pytest.mark.parametrize(("seeds", "n", "verdict"), [([0], 1, "one seed"), ([5], 0, "no common seed")])
def test_too_few_pairs_give_no_interval(seeds, n, verdict):
    found = paired_difference(series([3.0], seeds), series([1.0]))
    assert (found.n, found.verdict) == (n, verdict)
    assert math.isnan(found.low)
    assert math.isnan(found.std)


@pytest.mark.parametrize("n", [2, 3, 16])
def test_a_detectable_difference_counts_in_four_of_five_comparisons(n):
    """Of seeds that differ by a known amount, by that much, 4,000 times."""
    noise = np.random.default_rng(0).normal(size=(4000, n))
    like_it = paired_difference(series(np.linspace(-1, 1, n) / np.linspace(-1, 1, n).std(ddof=1)), series([0] * n))
    assert like_it.std == pytest.approx(1)
    decided = [paired_difference(series(row + like_it.detectable), series([0] * n)).decided for row in noise]
    assert np.mean(decided) == pytest.approx(0.8, abs=0.02)


@pytest.mark.parametrize("n", [2, 3, 16])
def test_a_detectable_difference_has_the_power_that_the_noncentral_t_distribution_gives(n):
    found = paired_difference(series(np.arange(n) ** 2.0), series([0.0] * n))
    shift = found.detectable / (found.std / math.sqrt(n))
    limit = stats.t(n - 1).ppf(0.975)
    assert stats.nct(n - 1, shift).sf(limit) == pytest.approx(0.8, abs=1e-4)


def test_equal_differences_are_an_interval_of_one_point():
    found = paired_difference(series([2, 3]), series([1, 2]))
    assert (found.low, found.high, found.verdict) == (1, 1, "ours better")
    assert paired_difference(series([1, 2]), series([1, 2])).verdict == "no difference beyond noise"
