"""The experiment spelt out: equal budgets, right parents."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_cocktail.methods.table import METHODS
from gan_cocktail.params.experiment import MixtureParams, Params, SourceParams
from gan_cocktail.params.training import BudgetParams
from gan_cocktail.plan import Plan, one_of

KIMG = st.floats(0.01, 5000)


def plan_of(n=3, root=None, rooting=8.0, merging=8.0, **more):
    names = [f"s{i}" for i in range(n)]
    return Plan(
        Params(
            sources={name: SourceParams(model=f"{name}.safetensors") for name in names},
            mixtures={"m": MixtureParams(sources=names, root=root)},
            rooting=BudgetParams(kimg=rooting),
            merging=BudgetParams(kimg=merging),
            **more,
        )
    )


@given(n=st.integers(2, 7), rooting=KIMG, merging=KIMG)
def test_every_trained_method_spends_the_same_total(n, rooting, merging):
    plan = plan_of(n, None, rooting, merging)
    totals = {plan.rooting_kimg("m", m) + plan.merging_kimg("m", m) for m, spec in METHODS.items() if spec.trains}
    assert totals == {(n - 1) * rooting + merging}
    assert plan.merging_kimg("m", "ours") == merging
    assert plan.snapshot_kimg("m", "ours") == []
    assert plan.snapshot_kimg("m", "transfergan") == [merging]


def test_any_source_can_be_the_root():
    plan = plan_of(3, root="s1")
    assert plan.widened_root("m") == "results/widened/m/s1.safetensors"
    assert plan.to_average("m", "rooted") == [
        "results/rooted/m/s0.safetensors",
        "results/widened/m/s1.safetensors",
        "results/rooted/m/s2.safetensors",
    ]
    assert plan.to_average("m", "unrooted") == [f"results/widened/m/s{i}.safetensors" for i in range(3)]
    assert plan.initialisation("m", "transfergan") == "results/widened/m/s1.safetensors"
    assert plan.initialisation("m", "ours") == "results/averages/m/rooted.safetensors"


def test_methods_without_training_are_measured_as_they_start():
    plan = plan_of()
    assert plan.models("m", "average_rooted") == ["results/averages/m/rooted.safetensors"]
    assert plan.models("m", "ensemble") == ["s0.safetensors", "s1.safetensors", "s2.safetensors"]
    assert plan.snapshots("m", "average_rooted") == []
    assert plan.merging_kimg("m", "average_unrooted") == plan.rooting_kimg("m", "average_unrooted") == 0
    assert plan.rooting_kimg("m", "average_rooted") == 16


def test_references_fall_back_to_synthetic_images():
    plan = plan_of()
    assert plan.reference("s0") == "results/references/s0.safetensors"
    assert (plan.reference_images("s0"), plan.reference_origin("s0")) == ("results/synthetic/s0.zip", "synthetic")


def test_only_averages_that_are_asked_for_are_made():
    plan = plan_of(methods=["ours", "transfergan", "average_rooted"])
    assert "unrooted" not in str(plan.average_rows("m"))
    alone = plan_of(methods=["transfergan"])
    assert alone.figures() == ["results/figures/methods_m.png", "results/figures/methods_m.pdf"]


def test_names_match_literally_and_no_name_matches_nothing():
    assert re.fullmatch(one_of(["a+b", "c"]), "a+b")
    assert not re.fullmatch(one_of(["a+b"]), "aab")
    assert not re.match(one_of([]), "")


@pytest.mark.parametrize("figure", ["methods", "averages"])
def test_figures_are_made_of_saved_grids(figure):
    plan = plan_of()
    assert all(grid.startswith("results/samples/m/") for grid in plan.figure_grids(figure, "m"))
