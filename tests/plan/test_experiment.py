"""The experiment spelt out: equal budgets, right parents."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import jobs
from gan_cocktail.methods.table import METHODS
from gan_cocktail.plan.models import one_of
from tests.plan.plans import plan_of

KIMG = st.floats(0.01, 5000)


@given(n=st.integers(2, 7), rooting=KIMG, merging=KIMG)
def test_every_trained_method_spends_the_same_total(n, rooting, merging):
    plan = plan_of(n, None, rooting, merging, methods=list(METHODS))
    trained = [m for m, spec in METHODS.items() if spec.trains]
    totals = [plan.rooting_kimg("m", m) + plan.merging_kimg("m", m) for m in trained]
    assert totals == pytest.approx([(n - 1) * rooting + merging] * len(totals), abs=1e-5)
    assert plan.merging_kimg("m", "ours") == pytest.approx(merging, abs=1e-5)
    assert plan.snapshot_kimg("m", "transfergan") == [merging]


def test_rooting_one_source_costs_what_it_costs():
    plan = plan_of(4, rooting=3, merging=5, methods=["ours", "rooted_only", "transfergan"])
    spent = {m: (plan.rooting_kimg("m", m), plan.merging_kimg("m", m)) for m in plan.methods}
    assert spent == {"ours": (9, 5), "rooted_only": (3, 11), "transfergan": (0, 14)}


def test_curves_are_measured_at_the_same_total_kimg():
    plan = plan_of(2, rooting=8, merging=8, points=4, methods=["ours", "transfergan"])
    assert plan.snapshot_kimg("m", "transfergan") == [4, 8, 12]  # 16 is the end
    assert plan.snapshot_kimg("m", "ours") == [4]  # 12 in total; 16 is the end


def test_curves_of_single_points_are_no_figure():
    settings = {"rooting": 8, "merging": 8, "points": 2}
    assert plan_of(2, methods=["ours"], **settings).curves() == []  # 8 of 16 kimg in all is before merging begins
    assert plan_of(2, methods=["ours", "transfergan"], **settings).curves()
    assert plan_of(2, methods=["average_rooted"], **settings).curves() == []
    assert plan_of(2, methods=["ours", "upper_bound"], **(settings | {"points": 4})).curves()


def test_every_method_is_measured_at_the_merging_kimg_of_ours():
    plan = plan_of(3, rooting=8, merging=5, points=2, methods=["ours", "rooted_only", "transfergan"])
    assert 5 in plan.snapshot_kimg("m", "transfergan")
    assert 5 in plan.snapshot_kimg("m", "rooted_only")
    assert plan.merging_kimg("m", "ours") == 5


def test_a_variant_is_its_method_but_for_what_it_says():
    plan = plan_of(methods=["mine"], variants={"mine": {"method": "ewc", "frozen_layers": 1}})
    mine, ewc = plan.methods["mine"], METHODS["ewc"]
    assert mine == ewc.model_copy(update={"label": "mine", "frozen_layers": 1})
    assert plan.twist("m", "mine", 0) == [*plan_of(methods=["ewc"]).twist("m", "ewc", 0), "--frozen-layers=1"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"method": "ewcc"}, "variants.mine.method: expected a method to begin with, found 'ewcc', did you mean 'ewc'"),
        ({"method": "ewc", "frozen": 1}, "frozen: unknown key, did you mean 'frozen_layers'"),
        ({"method": "ensemble", "trains": True}, "`sources` is N models"),
        (
            {"method": "scratch", "consistency": {"weight": 1}},
            "in the initialisation's latent space: it needs average_rooted, or root",
        ),
        (
            {"method": "ours", "initialisation": "average_unrooted", "consistency": {"weight": 1}},
            "in the initialisation's latent space: it needs average_rooted, or root",
        ),
        (
            {"method": "ours", "initialisation": "average_own_embeddings"},
            "'average_own_embeddings' is now `initialisation: average_rooted` with `merge: own_embeddings`",
        ),
        ({"method": "ours", "merge": "tis"}, "merge: way: unknown way 'tis', did you mean 'ties'?"),
        ({"method": "ours", "merge": {"way": "ties", "density": 2}}, "merge: way, ties: density: must be less than"),
        ({"method": "ours", "merge": 3}, "merge: must be a"),
        (
            {"method": "transfergan", "merge": "ties"},
            "initialisation `root` is none; drop it, or start from average_rooted or average_unrooted",
        ),
    ],
)
def test_wrong_variants_are_explained(values, message):
    with pytest.raises(CocktailError, match=re.escape(message)):
        plan_of(methods=["mine"], variants={"mine": values}).methods  # noqa: B018


def test_an_average_is_not_called_as_those_of_the_plain_mean():
    with pytest.raises(CocktailError, match=r"variants\.rooted: files of averages of the plain mean have this name"):
        plan_of(methods=["rooted"], variants={"rooted": {"method": "ours", "merge": "ties"}}).methods  # noqa: B018


def test_what_is_pulled_to_the_rooted_models_is_told_which():
    near = {"near": {"method": "ours", "consistency": {"weight": 1}}}
    plan = plan_of(methods=["near"], variants=near, root="s1")
    assert plan.teachers("m", "near", 3) == plan.to_average("m", "rooted", 3)
    assert plan.twist("m", "near", 3)[1:] == [f"--teacher={path}" for path in plan.teachers("m", "near", 3)]
    assert plan.rooting_kimg("m", "near") == 16


def test_what_starts_from_the_root_is_pulled_to_the_root_alone():
    held = {"held": {"method": "transfergan", "consistency": {"weight": 1}}}
    plan = plan_of(methods=["held"], variants=held, root="s1")
    root = plan.widened_root("m")
    assert plan.teachers("m", "held", 3) == [root]
    told = ["none"] * len(plan.mixture("m").sources)
    told[plan.mixture("m").sources.index("s1")] = root
    assert plan.twist("m", "held", 3)[1:] == [f"--teacher={each}" for each in told]
    assert plan.rooting_kimg("m", "held") == 0


@pytest.mark.parametrize(
    ("merge", "told"),
    [
        ("own_embeddings", ["--way=own_embeddings", "--root=2"]),
        ({"way": "ties", "density": 0.5}, ["--way=ties", '--settings={"density": 0.5}', "--root=2"]),
        ({"way": "mean", "weights": "3,1,1"}, ["--way=mean", '--settings={"weights": [3.0, 1.0, 1.0]}', "--root=2"]),
        ("dare", ["--way=dare", "--root=2", "--seed=3"]),
    ],
)
def test_other_ways_to_merge_take_the_same_models_and_cost_the_same(merge, told):
    plan = plan_of(methods=["v"], variants={"v": {"method": "ours", "merge": merge}}, root="s2", seeds=[3])
    assert plan.initialisation("m", "v", 3) == "results/averages/m/v/seed3.safetensors"
    assert plan.to_average("m", "v", 3) == plan.to_average("m", "rooted", 3)
    assert plan.merge("m", "v", 3) == told
    assert plan.merge("m", "rooted", 3) == plan.merge("m", "unrooted", 3) == []
    assert (plan.rooting_kimg("m", "v"), plan.merging_kimg("m", "v")) == (16, 8)
    (job,) = (job for job in jobs(plan) if job.rule == "merge")
    assert (job.name, job.outputs) == ("m.v.3", [plan.average("m", "v", 3)])
    assert job.keys == ["mixtures.m", "variants.v"]


@pytest.mark.parametrize("merge", ["mean", {"way": "mean"}, {"way": "mean", "weights": None}])
def test_the_plain_mean_said_in_words_is_the_same_file(merge):
    plan = plan_of(methods=["v"], variants={"v": {"method": "ours", "merge": merge}})
    assert plan.initialisation("m", "v", 3) == "results/averages/m/rooted/seed3.safetensors"


def test_unrooted_models_merge_in_other_ways_too():
    variants = {"v": {"method": "average_unrooted_tuned", "merge": "aligned"}}
    plan = plan_of(methods=["v"], variants=variants)
    assert plan.initialisation("m", "v", 0) == "results/averages/m/v/seed0.safetensors"
    assert plan.to_average("m", "v", 0) == plan.to_average("m", "unrooted", 0)
    assert plan.rooting_kimg("m", "v") == 0
    assert "root" not in {job.rule for job in jobs(plan)}


def test_fisher_weighted_means_go_by_the_information_of_each_model():
    variants = {name: {"method": f"average_{name}", "merge": "fisher"} for name in ("rooted", "unrooted")}
    variants = {f"by_fisher_{name}": values for name, values in variants.items()}
    plan = plan_of(2, methods=list(variants), variants=variants)
    rooted, unrooted = ("results/fisher/m/s1/seed0.safetensors", "results/fisher/m/s1.safetensors")
    root = "results/fisher/m.safetensors"
    assert plan.merge("m", "by_fisher_rooted", 0)[2:] == [f"--fisher={root}", f"--fisher={rooted}"]
    assert plan.merge("m", "by_fisher_unrooted", 0)[2:] == [f"--fisher={root}", f"--fisher={unrooted}"]
    made = {job.outputs[0]: job for job in jobs(plan)}
    assert made[rooted].inputs == ["results/rooted/m/s1/seed0.safetensors"]
    assert made[unrooted].inputs == ["results/widened/m/s1.safetensors"]
    assert made["results/averages/m/by_fisher_rooted/seed0.safetensors"].inputs[2:] == [root, rooted]


def test_unknown_methods_are_named_with_the_nearest():
    with pytest.raises(CocktailError, match="unknown method 'transfergen', did you mean 'transfergan'"):
        plan_of(methods=["transfergen"]).methods  # noqa: B018


def test_methods_without_training_are_measured_as_they_start():
    plan = plan_of()
    assert plan.models("m", "average_rooted", 3) == ["results/averages/m/rooted/seed3.safetensors"]
    assert plan.models("m", "ensemble", 3) == ["s0.safetensors", "s1.safetensors", "s2.safetensors"]
    assert plan.snapshots("m", "average_rooted", 3) == []
    assert plan.merging_kimg("m", "average_unrooted") == plan.rooting_kimg("m", "average_unrooted") == 0
    assert plan.rooting_kimg("m", "average_rooted") == 16


def test_only_averages_that_are_asked_for_are_made():
    plan = plan_of(methods=["ours", "transfergan", "average_rooted"])
    assert "unrooted" not in str(plan.average_rows("m"))
    alone = plan_of(methods=["ensemble"])
    assert alone.figures() == ["results/figures/methods_m.png", "results/figures/methods_m.pdf"]


def test_applications_are_of_the_first_method_that_trains_and_can_be_left_out():
    plan = plan_of(methods=["average_rooted", "scratch", "ours"], seeds=[4, 5])
    assert plan.applied("m") == "results/unions/m/scratch/seed4.safetensors"
    assert "results/figures/applications_m.png" in plan.figures()
    assert plan.effects() == ["results/applications/m/pose.json"]
    without = plan_of(methods=["scratch"], applications=None)
    assert not without.effects()
    assert not any("applications" in path for path in without.figures())


def test_the_claim_is_judged_against_baselines_not_ablations_nor_bounds():
    assert plan_of(methods=sorted(METHODS)).baselines() == "ewc,freezed,scratch,transfergan"


def test_names_match_literally_and_no_name_matches_nothing():
    assert re.fullmatch(one_of(["a+b", "c"]), "a+b")
    assert not re.fullmatch(one_of(["a+b"]), "aab")
    assert not re.match(one_of([]), "")


@pytest.mark.parametrize("figure", ["methods", "averages"])
def test_figures_are_made_of_saved_grids(figure):
    plan = plan_of()
    assert all(grid.startswith("results/samples/m/") for grid in plan.figure_grids(figure, "m"))


@pytest.mark.parametrize("methods", [["ours"], list(METHODS)])
def test_each_further_source_adds_the_same_number_of_jobs(methods):
    counts = [len(jobs(plan_of(n, methods=methods))) for n in range(2, 8)]
    assert len({more - fewer for fewer, more in pairwise(counts)}) == 1, counts
