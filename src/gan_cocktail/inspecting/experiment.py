"""A proposed experiment as a file that a person reads and edits."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from gan_cocktail.inspecting.compare import UNRELATED
from gan_cocktail.inspecting.estimate import Estimate
from gan_cocktail.inspecting.files import File, Given, Images
from gan_cocktail.inspecting.kin import Family, whole_family
from gan_cocktail.inspecting.speed import Speed
from gan_cocktail.inspecting.wording import duration, summary
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.experiment import Plan


def command(path: Path) -> str:
    """What runs an experiment's file."""
    return f"snakemake --cores all --configfile {path.as_posix()}"


def text(path: Path, params: Params, given: Sequence[Given], root: File, took: Estimate, speed: Speed) -> str:
    """The experiment's file, its choices explained."""
    blocks = [
        _head(path, params, summary(took, speed)),
        _sources(params, given),
        _source_training(params, given),
        _methods(params, whole_family(given)),
        _recipe(params.training, root.model.network.img_resolution),
        _budgets(params, speed),
        _evaluation(params),
        _applications(params),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _head(path: Path, params: Params, costs: Sequence[str]) -> list[str]:
    *names, last = params.sources
    told = [
        f"{', '.join(names)} and {last} in one GAN: written by gan-cocktail new for these files and this machine.",
        "Edit it; keys that are left out have the defaults of src/gan_cocktail/params (docs/experiments.md).",
        "",
        f"  {command(path)}",
        "",
        *costs,
    ]
    return [f"# {line}".rstrip() for line in told]


def _sources(params: Params, given: Sequence[Given]) -> list[str]:
    ((mixture, m),) = params.mixtures.items()
    lines = [_line("sources:", "without a `reference`, FID is against the sources' own images")]
    for each in given:
        for name in each.sources:
            lines.append(_line(f"  {scalar(name)}:", each.what))
            written = params.sources[name].model_dump(exclude_unset=True)
            lines += [f"    {key}: {scalar(value)}" for key, value in written.items()]
    return [
        *lines,
        "",
        "mixtures:",
        f"  {scalar(mixture)}:",
        _line(f"    sources: {scalar(m.sources)}", "class 0, class 1, ... of the union GAN"),
        _line(f"    root: {scalar(m.roots if len(m.roots) > 1 else m.root_name)}", "all models end with its network"),
    ]


def _source_training(params: Params, given: Sequence[Given]) -> list[str]:
    """How sources are trained on real images, in full, where any are."""
    names = [each.name for each in given if isinstance(each, Images) and each.key == "dataset"]
    if not names:
        return []
    section = {"source_training": params.source_training.model_dump(exclude_unset=True)}
    return [
        f"# of {' and '.join(names)}, before anything else; images are mirrored and augmented too (`training`)",
        *yaml.safe_dump(section, sort_keys=False).splitlines(),
    ]


def _evaluation(params: Params) -> list[str]:
    """What of it is not as usual."""
    told = params.evaluation.model_dump(exclude_unset=True)
    why = "images a KID subset, of the few that are there"
    return ["evaluation:", *(_line(f"  {key}: {value}", why) for key, value in told.items())] if told else []


def _applications(params: Params) -> list[str]:
    """The same of applications."""
    told = params.applications.model_dump(exclude_unset=True) if params.applications else {}
    why = "images in which a direction is found; null instead of this section leaves applications out"
    return ["applications:", *(_line(f"  {key}: {value}", why) for key, value in told.items())] if told else []


def _methods(params: Params, family: Family | None) -> list[str]:
    told = ["[ours] makes the union GAN alone; others to compare with are in docs/methods.md"]
    if family:
        told = [
            f"these sources share an ancestor: their weights are {family.farthest:.2g} apart, where unrelated ones are "
            f"{UNRELATED:g} (gan-cocktail inspect)",
            "so rooting is left out: they are averaged as they are, fine-tuned and not (docs/ways.md);",
            "`ours`, added here, roots them all the same, for comparison",
        ]
    return [
        *(f"# {line}" for line in told),
        f"methods: {scalar(params.methods)}",
        "",
        "synthesis:",
        _line(f"  n_images: {params.synthesis.n_images}", "drawn once from each source, and shown in training"),
    ]


def _recipe(recipe: TrainingParams, resolution: int) -> list[str]:
    gamma = f"0.0002 * {resolution}^2 / {recipe.batch_size}, a value to begin with"
    return [
        _line("training:", f"for {resolution}x{resolution} pixels"),
        _line(f"  batch_size: {recipe.batch_size}", "images a step"),
        _line(f"  learning_rate: {recipe.learning_rate:g}", "Adam's step size"),
        _line(f"  r1_gamma: {recipe.r1_gamma:g}", gamma),
        _line(f"  path_length_weight: {recipe.path_length_weight:g}", "0: off"),
        _line(f"  style_mixing: {recipe.style_mixing:g}", "probability that an image mixes two latents"),
        _line(f"  ema_kimg: {recipe.ema_kimg:g}", "half-life of the generator's moving average"),
        _line(f"  precision: {recipe.precision}", "of the convolutions, on this machine"),
    ]


def _budgets(params: Params, speed: Speed) -> list[str]:
    rooting, merging = (_time(params, stage.kimg, speed) for stage in (params.rooting, params.merging))
    use = f"for each source but the root; {rooting}"
    if not Plan(params).roots():
        use = "nothing is rooted by these methods; it counts in the budget of each training"
    return [
        "rooting:",
        _line(f"  kimg: {params.rooting.kimg:g}", use),
        "",
        "merging:",
        _line(f"  kimg: {params.merging.kimg:g}", f"{merging}; baselines are trained for rooting and merging together"),
    ]


def _line(code: str, comment: str) -> str:
    return f"{code:<27} # {comment}"


def scalar(value: Any) -> str:
    """A value as YAML in one line, in quotes where it needs them."""
    return yaml.safe_dump([value], default_flow_style=True, width=2**31, allow_unicode=True).strip()[1:-1]


def _time(params: Params, kimg: float, speed: Speed) -> str:
    about = "at least " if speed.at_least else ""
    return about + duration(kimg * 1000 / params.training.batch_size * speed.step / 3600)
