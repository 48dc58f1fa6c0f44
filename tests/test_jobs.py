"""The list of jobs: what is needed, in an order in which it can be made."""

import pytest
import yaml

from gan_cocktail.jobs import jobs, outputs
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from tests.conftest import ROOT


def plan_of(**changes):
    written = yaml.safe_load((ROOT / "params.yaml").read_text())
    return Plan(Params.model_validate(written | changes))


@pytest.mark.parametrize(
    "methods", [["ours"], ["ensemble"], ["average_unrooted"], ["scratch", "transfergan"], ["ewc", "rooted_only"]]
)
def test_every_job_comes_after_those_it_builds_upon_and_is_needed(methods):
    plan = plan_of(methods=methods)
    made, needed = set(), {*plan.tables(), *plan.figures(), *plan.evaluations(), *plan.unions(), plan.report()}
    needed.update(plan.hubs())
    needed |= {path for job in jobs(plan) for path in job.inputs}
    for job in jobs(plan):
        assert {path for path in job.inputs if path.startswith("results/")} <= made
        assert needed & set(job.outputs)
        made.update(job.outputs)
    assert made == set(outputs(plan))


def test_names_are_unique_and_nothing_is_made_twice():
    every = jobs(plan_of())
    assert len({(job.rule, job.name) for job in every}) == len(every)
    assert len(outputs(plan_of())) == len(set(outputs(plan_of())))


def test_what_no_method_needs_is_not_made():
    assert {job.rule for job in jobs(plan_of(methods=["ensemble"]))} == {
        "evaluate",
        "samples",
        "figure",
        "tables",
        "report",
    }
    assert not any("car" in path for path in outputs(plan_of()))
