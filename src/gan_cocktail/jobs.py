"""The jobs of an experiment: what the pipeline runs, one by one, as plain data."""

from collections.abc import Iterator
from dataclasses import dataclass

from gan_cocktail.methods.table import METHODS
from gan_cocktail.plan import AVERAGES, EXTRACTOR, Plan

GRID_KEYS = ["seed", "figures.columns"]


@dataclass(frozen=True)
class Job:
    """One run of a rule."""

    rule: str
    name: str  # unique among the rule's jobs: a source, or a mixture and a source or method (which have no dots)
    inputs: list[str]
    outputs: list[str]
    keys: list[str]  # the keys of params.yaml that its settings are taken from


def jobs(plan: Plan) -> list[Job]:
    """Every job that the tables, figures and unions need, each after those that it builds upon."""
    candidates = [*_sources(plan), *_models(plan), *_measurements(plan), *_report(plan)]
    wanted = {*plan.evaluations(), *plan.figures(), *plan.unions(), *plan.tables()}
    chosen: list[Job] = []
    for job in reversed(candidates):
        if wanted & set(job.outputs):
            chosen.append(job)
            wanted.update(job.inputs)
    return chosen[::-1]


def outputs(plan: Plan) -> list[str]:
    """Every file that the pipeline makes."""
    return [path for job in jobs(plan) for path in job.outputs]


def _sources(plan: Plan) -> Iterator[Job]:
    for source in plan.trained_sources():
        dataset = plan.params.sources[source].dataset or ""
        yield Job("train_source", source, [dataset], [plan.model(source)], ["seed", "source_training"])
    for source in plan.params.sources:
        yield Job("synthesize", source, [plan.model(source)], [plan.dataset(source)], ["seed", "synthesis"])
    for source in plan.made_references():
        inputs = [plan.reference_images(source), plan.model(source), EXTRACTOR]
        yield Job("reference", source, inputs, [plan.reference(source)], ["evaluation.features"])


def _models(plan: Plan) -> Iterator[Job]:
    for mixture, m in plan.params.mixtures.items():
        own = f"mixtures.{mixture}"
        for s in m.sources:
            yield Job("widen", f"{mixture}.{s}", [plan.model(s)], [plan.widened(mixture, s)], ["seed", own])
        for s in m.leaves:
            inputs = [plan.widened_root(mixture), plan.dataset(s)]
            keys = ["seed", own, "training", "rooting.kimg"]
            yield Job("root", f"{mixture}.{s}", inputs, [plan.rooted(mixture, s)], keys)
        for kind in AVERAGES:
            yield Job("average", f"{mixture}.{kind}", plan.to_average(mixture, kind), [plan.average(mixture, kind)], [])
        for method in plan.params.methods:
            spec = METHODS[method]
            if spec.trains:
                inputs = [plan.initialisation(mixture, method), *plan.datasets(mixture)]
                made = plan.models(mixture, method) + plan.snapshots(mixture, method)
                budget = ["merging.kimg"] if spec.rooted else ["rooting.kimg", "merging.kimg"]
                yield Job("merge", f"{mixture}.{method}", inputs, made, ["seed", own, "training", *budget])


def _measurements(plan: Plan) -> Iterator[Job]:
    for mixture in plan.params.mixtures:
        own = f"mixtures.{mixture}"
        for method in plan.params.methods:
            spec, models = METHODS[method], plan.models(mixture, method)
            inputs = [*models, *plan.references(mixture), *plan.snapshots(mixture, method), EXTRACTOR]
            budgets = ["rooting.kimg"] * (spec.rooted or spec.trains) + ["merging.kimg"] * spec.trains
            keys = ["seed", own, "evaluation", *budgets]
            yield Job("evaluate", f"{mixture}.{method}", inputs, [plan.evaluation(mixture, method)], keys)
            yield Job("samples", f"{mixture}.{method}", models, [plan.grid(mixture, method)], GRID_KEYS)


def _report(plan: Plan) -> Iterator[Job]:
    for mixture, m in plan.params.mixtures.items():
        for stage, model in (("widened", plan.widened), ("rooted", plan.rooted)):
            for s in m.sources:
                grid = plan.grid(mixture, f"{stage}/{s}")
                yield Job("class_samples", f"{mixture}.{stage}.{s}", [model(mixture, s)], [grid], GRID_KEYS)
        for kind in plan.figure_kinds():
            inputs, keys = plan.figure_grids(kind, mixture), [f"mixtures.{mixture}", "methods", "figures"]
            yield Job("figure", f"{kind}.{mixture}", inputs, plan.figure(kind, mixture), keys)
    made, keys = [*plan.tables(), plan.metrics()], ["mixtures", "methods", "merging.kimg"]
    yield Job("tables", "main", plan.evaluations(), made, keys)
