"""The jobs of an experiment: what the pipeline runs, one by one, as plain data."""

from collections.abc import Iterator
from dataclasses import dataclass

from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import APPLICATIONS, Plan

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
    wanted = {*plan.evaluations(), *plan.figures(), *plan.unions(), *plan.hubs(), *plan.tables(), plan.report()}
    chosen: list[Job] = []
    for job in reversed(_candidates(plan)):
        if wanted & set(job.outputs):
            chosen.append(job)
            wanted.update(job.inputs)
    return chosen[::-1]


def outputs(plan: Plan) -> list[str]:
    """Every file that the pipeline makes."""
    return [path for job in jobs(plan) for path in job.outputs]


def made(plan: Plan) -> set[str]:
    """Every file that it can make, also if nothing needs it."""
    return {path for job in _candidates(plan) for path in job.outputs}


def _candidates(plan: Plan) -> list[Job]:
    parts = (_sources, _models, _measurements, _exports, _applications, _report)
    return [job for part in parts for job in part(plan)]


def _sources(plan: Plan) -> Iterator[Job]:
    for source in plan.trained_sources():
        dataset = plan.params.sources[source].dataset or ""
        yield Job(
            "train_source", source, [dataset], [plan.model(source)], ["seed", "source_training", *_reading(source)]
        )
    for source in plan.with_models([*plan.params.sources]):
        keys = ["seed", "synthesis", *_classes(source)]
        yield Job("synthesize", source, [plan.model(source)], [plan.dataset(source)], keys)
    for root in plan.new_discriminators():
        sources = root.split(",")
        inputs = [plan.model(sources[0]), *map(plan.images, sources)]
        budget = [f"sources.{s}.discriminator_kimg" for s in sources]
        keys = ["seed", "training", *budget, *_classes(*sources), *_drawing(plan)]
        yield Job("discriminator", root, inputs, [plan.with_discriminator(root)], keys)
    for source in plan.made_references():
        inputs = [plan.reference_images(source), plan.measured_as(source), *plan.weights()]
        weights = ["evaluation.weights"] if plan.params.evaluation.weights else []
        keys = ["evaluation.features", *weights, *_reading(source)]
        yield Job("reference", source, inputs, [plan.reference(source)], keys)


def _reading(*sources: str) -> list[str]:
    return [f"sources.{source}.reading" for source in sources]


def _classes(*sources: str) -> list[str]:
    return [f"sources.{source}.class" for source in sources]


def _models(plan: Plan) -> Iterator[Job]:
    for mixture, m in plan.params.mixtures.items():
        own = f"mixtures.{mixture}"
        for s in plan.with_models(m.models):
            keys = ["seed", own, *_classes(*m.classes_of(s))]
            yield Job("widen", f"{mixture}.{s}", [plan.unwidened(mixture, s)], [plan.widened(mixture, s)], keys)
        for seed in plan.params.seeds:
            yield from _rooted(plan, mixture, seed)
        if plan.with_models(m.sources) == m.sources:
            yield Job("merge_unrooted", mixture, *_averaging(plan, mixture, "unrooted", plan.params.seed), [])
        yield from _fishers(plan, mixture)
        yield from _averages(plan, mixture)
        for method in plan.methods_for(mixture):
            if plan.methods[method].trains:
                for seed in plan.params.seeds:
                    yield _finetune(plan, mixture, method, seed)


def _rooted(plan: Plan, mixture: str, seed: int) -> Iterator[Job]:
    for s in plan.mixture(mixture).leaves:
        inputs = [plan.widened_root(mixture), plan.images(s)]
        keys = [f"mixtures.{mixture}", "training", "rooting.kimg", *_drawing(plan, s), *_given(plan, s)]
        yield Job("root", f"{mixture}.{s}.{seed}", inputs, [plan.rooted(mixture, s, seed)], keys)
    yield Job("merge", f"{mixture}.rooted.{seed}", *_averaging(plan, mixture, "rooted", seed), [])


def _fishers(plan: Plan, mixture: str) -> Iterator[Job]:
    m, keys = plan.mixture(mixture), ["seed", f"mixtures.{mixture}", "fisher"]
    yield Job("fisher", mixture, [plan.widened_root(mixture)], [plan.fisher(mixture)], keys)
    for s in plan.with_models(m.leaves):
        widened = [plan.widened(mixture, s)]
        yield Job("fisher_widened", f"{mixture}.{s}", widened, [plan.fisher_widened(mixture, s)], keys)
    for seed in plan.params.seeds:
        for s in m.leaves:
            rooted, made = plan.rooted(mixture, s, seed), plan.fisher_rooted(mixture, s, seed)
            yield Job("fisher_rooted", f"{mixture}.{s}.{seed}", [rooted], [made], keys)


def _averages(plan: Plan, mixture: str) -> Iterator[Job]:
    """Those in other ways than the plain mean."""
    for name in plan.averages_of_seeds():
        if name in plan.methods_for(mixture):
            keys = [f"mixtures.{mixture}", *_variant(plan, name)]
            for seed in plan.params.seeds:
                yield Job("merge", f"{mixture}.{name}.{seed}", *_averaging(plan, mixture, name, seed), keys)


def _averaging(plan: Plan, mixture: str, name: str, seed: int) -> tuple[list[str], list[str]]:
    inputs = [*plan.to_average(mixture, name, seed), *plan.fishers_to_average(mixture, name, seed)]
    return inputs, [plan.average(mixture, name, seed)]


def _finetune(plan: Plan, mixture: str, method: str, seed: int) -> Job:
    start = plan.initialisation(mixture, method, seed)
    inputs = [start, *plan.shown(mixture, method), *plan.fishers(mixture, method)]
    inputs += plan.teachers(mixture, method, seed)
    made = plan.models(mixture, method, seed) + plan.snapshots(mixture, method, seed)
    keys = [f"mixtures.{mixture}", "training", "rooting.kimg", "merging", *_variant(plan, method)]
    sources = plan.mixture(mixture).sources
    real = plan.data(method) == "real"
    keys += _reading(*sources) if real else [*_drawing(plan, *sources), *_given(plan, *sources)]
    return Job("finetune", f"{mixture}.{method}.{seed}", inputs, made, keys)


def _variant(plan: Plan, method: str) -> list[str]:
    return [f"variants.{method}"] if method in plan.params.variants else []


def _drawing(plan: Plan, *sources: str) -> list[str]:
    return ["synthesis.truncation_psi", *_classes(*sources)] if plan.params.synthesis.mode == "fresh" else []


def _given(plan: Plan, *sources: str) -> list[str]:
    return _reading(*(s for s in sources if plan.params.sources[s].images))


def _measured(plan: Plan, mixture: str, method: str) -> list[str]:
    of_sources = plan.methods[method].initialisation == "sources"
    return _classes(*plan.mixture(mixture).sources) if of_sources else []


def _budgets(plan: Plan, mixture: str, method: str) -> list[str]:
    trains = plan.methods[method].trains
    return ["rooting.kimg"] * (trains or plan.rooting_kimg(mixture, method) > 0) + ["merging.kimg"] * trains


def _measurements(plan: Plan) -> Iterator[Job]:
    for mixture in plan.params.mixtures:
        own = f"mixtures.{mixture}"
        for seed in plan.params.seeds if plan.roots() else ():
            inputs = [plan.widened_root(mixture), *plan.widened_leaves(mixture), *plan.rooted_leaves(mixture, seed)]
            yield Job("distances", f"{mixture}.{seed}", inputs, [plan.distance(mixture, seed)], [own])
        for method in plan.methods_for(mixture):
            keys = [own, "evaluation", "synthesis.mode", *_budgets(plan, mixture, method), *_variant(plan, method)]
            classes = _measured(plan, mixture, method)
            for seed in plan.params.seeds:
                models, snapshots = plan.models(mixture, method, seed), plan.snapshots(mixture, method, seed)
                inputs = [*models, *plan.references(mixture), *snapshots, *plan.weights()]
                made = [plan.evaluation(mixture, method, seed)]
                yield Job("evaluate", f"{mixture}.{method}.{seed}", inputs, made, [*keys, *classes])
            shown = plan.models(mixture, method, plan.params.seeds[0])
            yield Job("samples", f"{mixture}.{method}", shown, [plan.grid(mixture, method)], [*GRID_KEYS, *classes])


def _exports(plan: Plan) -> Iterator[Job]:
    first = plan.params.seeds[0]
    for mixture in plan.params.mixtures:
        for method in plan.methods_for(mixture):
            if made := plan.hub(mixture, method):
                inputs = [*plan.models(mixture, method, first), plan.evaluation(mixture, method, first)]
                yield Job("export", f"{mixture}.{method}", inputs, made, [])


def _applications(plan: Plan) -> Iterator[Job]:
    for mixture in plan.params.mixtures:
        union = plan.applied(mixture)
        for verb in APPLICATIONS:
            yield Job(verb, mixture, [union], [plan.application(mixture, verb)], ["seed"])
        for name in plan.attributes():
            found, shown = (plan.application(mixture, name, suffix) for suffix in ("safetensors", "png"))
            measured = plan.application(mixture, name, "json")
            yield Job("direction", f"{mixture}.{name}", [union], [found], ["seed", "applications.n_images"])
            keys = ["seed", "applications.n_images", f"mixtures.{mixture}"]
            yield Job("traverse", f"{mixture}.{name}", [union, found], [shown, measured], keys)


def _report(plan: Plan) -> Iterator[Job]:
    methods = ["methods", "variants"]
    for mixture, m in plan.params.mixtures.items():
        for stage in ("widened", "rooted"):
            for s in m.sources if stage == "rooted" else plan.with_models(m.models):
                inputs, made = [plan.stage(stage, mixture, s)], [plan.grid(mixture, f"{stage}/{s}")]
                yield Job("class_samples", f"{mixture}.{stage}.{s}", inputs, made, GRID_KEYS)
        for kind in plan.figure_kinds():
            keys = [f"mixtures.{mixture}", "figures", *({"applications": ["applications"]}.get(kind, methods))]
            name = f"{kind}_{mixture}"
            yield Job("figure", name, plan.figure_grids(kind, mixture), plan.figure(name), keys)
    every = plan.evaluations()
    distances = plan.distances()
    yield Job("curves", "all", every, plan.curves(), ["mixtures", *methods, "seeds", "figures"])
    yield Job("report_distances", "all", distances, plan.distance_report(), ["mixtures", "figures"])
    keys = ["mixtures", *methods, "seeds"]
    yield Job("tables", "all", every, [*plan.tables(), plan.metrics()], keys)
    shown = [path for _, _, path in plan.report_figures()]
    yield Job("report", "all", [*every, *shown, *distances, *plan.effects()], [plan.report()], [*Params.model_fields])
