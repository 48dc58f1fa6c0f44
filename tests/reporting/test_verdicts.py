"""Verdicts follow from the numbers."""

import math

import pytest

from gan_cocktail.reporting.phrases import headline, sentence
from gan_cocktail.reporting.verdicts import judge
from tests.reporting.evaluations import CLEARLY, collect, evaluation, evaluations, verdict


def test_a_clear_lead_over_every_baseline_holds():
    v = verdict(**CLEARLY)
    assert v.outcome == "holds"
    assert [d.method for d in v.differences] == ["transfergan", "scratch"]
    assert v.differences[0].ahead.mean == pytest.approx(1)
    assert "ahead by 1.00 (50%; 95% interval" in sentence(v, {})


def test_one_clear_loss_refutes():
    v = verdict(**CLEARLY | {"transfergan": [0.5, 0.51, 0.49]})
    assert v.outcome == "does not hold"
    said = sentence(v, {"transfergan": "TransferGAN"})
    assert said.startswith("Behind TransferGAN. ")
    assert "behind by 0.50 (100%; 95% interval 0." in said


def test_a_difference_within_the_spread_is_undecided():
    v = verdict(**CLEARLY | {"transfergan": [0.6, 1.1, 1.7]})
    assert v.outcome == "undecided"
    assert "within the spread of 3 seeds" in sentence(v, {})


@pytest.mark.parametrize("theirs", [2.0, 0.5])
def test_one_seed_decides_nothing(theirs):
    v = verdict(ours=[1.0], transfergan=[theirs])
    assert v.outcome == "undecided"
    assert v.differences[0].ahead.n == 1
    assert "One seed" in sentence(v, {})


def test_a_missing_baseline_keeps_the_claim_open_but_a_loss_still_refutes():
    v = verdict("merging_kimg", **CLEARLY)  # the baselines were measured after 16 kimg alone, ours merged for 8
    assert (v.outcome, v.missing) == ("not measured", ["transfergan", "scratch"])
    rows = collect(evaluations(**CLEARLY))
    assert judge(rows, "cat-face", "kimg", ["transfergan", "ewc"]).outcome == "undecided"
    rows.loc[rows["method"] == "transfergan", "mean"] /= 10
    open_loss = judge(rows, "cat-face", "kimg", ["transfergan", "ewc"])
    assert open_loss.outcome == "does not hold"
    assert sentence(open_loss, {"ewc": "EWC"}).endswith("Not measured at this budget: EWC.")


def test_without_ours_nothing_was_measured():
    v = verdict(transfergan=[1.0, 2.0])
    assert v.outcome == "not measured"
    assert math.isnan(v.kimg)


def test_the_sources_and_real_data_are_no_baselines():
    better = {"ensemble": [0.1, 0.11], "upper_bound": [0.1, 0.12]}
    v = verdict(**CLEARLY, **better)
    assert v.outcome == "holds"


def test_equal_merging_compares_snapshots_and_equal_total_the_end():
    early = [evaluation("transfergan", 3 + seed / 10, seed, (8, 8)) for seed in range(3)]
    late = [evaluation("transfergan", 0.5 + seed / 100, seed) for seed in range(3)]
    rows = collect([*evaluations(ours=CLEARLY["ours"]), *early, *late])
    assert judge(rows, "cat-face", "merging_kimg", ["transfergan"]).outcome == "holds"
    assert judge(rows, "cat-face", "kimg", ["transfergan"]).outcome == "does not hold"


def test_snapshots_of_ours_do_not_stand_for_its_end():
    early = [evaluation("ours", 0.01, seed, (10, 2)) for seed in range(3)]
    rows = collect([*early, *evaluations(**CLEARLY)])
    v = judge(rows, "cat-face", "kimg", ["transfergan"])
    assert (v.kimg, v.differences[0].ours) == (16, pytest.approx(1))


def test_seeds_are_paired():
    """Seeds that are hard for both methods tell nothing against a difference that each of them shows."""
    assert verdict(ours=[1.0, 5.0, 9.0], transfergan=[2.0, 6.1, 9.9]).outcome == "holds"
    assert verdict(ours=[1.0, 5.0, 9.0], transfergan=[9.9, 2.0, 6.1]).outcome == "undecided"


def test_only_seeds_that_both_have_are_compared():
    v = verdict(ours=[1.0, 1.1, 0.9], transfergan=[2.0, 2.2])
    assert (v.differences[0].ahead.n, v.differences[0].ours) == (2, pytest.approx(1.05))


def test_seeds_without_spread_are_decided_by_their_difference():
    (d,) = verdict(ours=[1.0, 1.0], transfergan=[2.0, 2.0]).differences
    assert (d.ahead.low, d.ahead.high, d.ahead.decided) == (1.0, 1.0, True)
    assert verdict(ours=[1.0, 1.0], transfergan=[1.0, 1.0]).outcome == "undecided"


def test_the_union_is_told_against_its_own_best_baseline_and_does_not_judge():
    rows = collect(evaluations(**CLEARLY))
    at = (rows["domain"] == "union") & (rows["method"] == "scratch")
    rows.loc[at, "mean"] = rows.loc[at, "mean"] / 10  # 0.5: by the union scratch is best, and better than ours
    v = judge(rows, "cat-face", "kimg", ["transfergan", "scratch"])
    assert v.outcome == "holds"
    said = sentence(v, {"scratch": "Scratch"})
    assert said.startswith("Ahead of all 2 baselines. The best, transfergan: FID 1.00 against 2.00")
    assert "By the union, Scratch: FID 1.00 against 0.50, behind by 0.50" in said


def test_the_detectable_difference_is_said():
    v = verdict(**CLEARLY | {"transfergan": [0.6, 1.1, 1.7]})
    detectable = v.differences[0].ahead.detectable
    assert f"3 seeds, detectable: {detectable:.2f})" in sentence(v, {})


def test_headline_counts_outcomes():
    held, open_ = verdict(**CLEARLY), verdict(ours=[1.0], transfergan=[2.0])
    assert headline([held, open_, held]) == "holds in 2 and is undecided in 1 of 3 mixtures"
