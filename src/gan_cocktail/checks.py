"""Do the files that an experiment names fit it and each other? Asked before anything runs.

Only what files say of themselves is read; files that are not there yet are the workflow's business.
"""

from pathlib import Path

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.params import NetworkParams, parse_section
from gan_cocktail.plan import Plan


def check_inputs(plan: Plan) -> None:
    """Raise CocktailError, naming source, file and key, at the first source that does not fit."""
    for mixture, m in plan.params.mixtures.items():
        networks = {s: _network(plan, s) for s in m.sources}
        for source in m.sources:
            _check_reference(plan, source)
        found = {s: n for s, n in networks.items() if n is not None}
        _check_networks(plan, mixture, found)


def _network(plan: Plan, source: str) -> NetworkParams | None:
    path = plan.params.sources[source].model
    if path is None:
        return plan.params.source_training.network
    if not Path(path).exists():
        return None
    facts = read_facts(Path(path), f"the model of source {source}")
    network = parse_section(NetworkParams, facts.get("network", {}), path)
    if network.c_dim > 1:
        raise CocktailError(
            f"sources.{source}: {path} has {network.c_dim} classes; expected an unconditional model or one class"
        )
    return network


def _check_networks(plan: Plan, mixture: str, networks: dict[str, NetworkParams]) -> None:
    first, *others = networks or [""]
    for other in others:
        a, b = networks[first], networks[other]
        if a.img_channels != b.img_channels:
            raise CocktailError(
                f"mixtures.{mixture}: {first} draws {a.img_channels} channels and {other} {b.img_channels}; "
                "a mixture needs sources of one kind"
            )
        unlike = [k for k in NetworkParams.model_fields if k != "c_dim" and getattr(a, k) != getattr(b, k)]
        if unlike and "average_unrooted" in plan.params.methods:
            raise CocktailError(
                f"mixtures.{mixture}: {first} and {other} differ in {', '.join(unlike)}, so their weights cannot be "
                "averaged as they are; leave average_unrooted out of methods (the others work)"
            )


def _check_reference(plan: Plan, source: str) -> None:
    path, features = plan.params.sources[source].reference, plan.params.evaluation.features
    if path is None or not Path(path).exists():
        return
    facts = read_facts(Path(path), f"the reference of source {source}")
    made_with = facts.get("extractor", {}).get("name")
    if made_with != features:
        raise CocktailError(
            f"sources.{source}.reference: {path} was made with {made_with} features, but evaluation.features is "
            f"{features}; make it anew with gan-cocktail reference, or drop `reference`: the source's synthetic "
            "images then serve"
        )
