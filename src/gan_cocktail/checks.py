"""Do the files that an experiment names fit it and each other? Asked before anything runs.

Only what files say of themselves is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.formats.table import Told, tell
from gan_cocktail.data.files import is_dataset
from gan_cocktail.errors import CocktailError, Problems
from gan_cocktail.files import require
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.recognise import recognise
from gan_cocktail.statistics_checks import check_reference


def check_inputs(plan: Plan) -> list[str]:
    """What is left out of the experiment and why, a sentence each.

    Raises one CocktailError that names everything that does not fit, by source, file and key.
    """
    if wrong := misfits(plan):
        raise CocktailError("\n".join(wrong))
    return [said for mixture in plan.params.mixtures if (said := _left_out(plan, mixture))]


def misfits(plan: Plan) -> list[str]:
    """Everything that does not fit, a sentence each."""
    wrong = Problems()
    for where, path in _named(plan):
        with wrong.noted():
            check_present(where, path)
    for mixture, m in plan.params.mixtures.items():
        told: dict[str, Told | None] = {}
        for source in m.sources:
            with wrong.noted():
                told[source] = _told(plan, source)
            with wrong.noted():
                check_reference(plan, source)
        if len(told) == len(m.sources):  # else it is not known how they fit each other
            _check_mixture(plan, mixture, told, wrong)
        with wrong.noted():
            _left_out(plan, mixture)
    with wrong.noted():
        _check_real(plan)
    return wrong


def _named(plan: Plan) -> Iterator[tuple[str, Path]]:
    """Every file of a source that the experiment names, and by which key."""
    for source, params in plan.params.sources.items():
        for key in ("model", "reference", "dataset", "images"):
            if path := getattr(params, key):
                yield f"sources.{source}.{key}", Path(path)


def check_present(where: str, path: Path) -> None:
    """CocktailError, with the key that names it, for a file that is not there."""
    try:
        require(path)
    except CocktailError as e:
        raise CocktailError(f"{where}: {e}") from None


def _check_mixture(plan: Plan, mixture: str, told: dict[str, Told | None], wrong: Problems) -> None:
    """Do the sources of a mixture fit it and each other?"""
    with wrong.noted():
        _check_root(plan, mixture, told)
    with wrong.noted():
        _check_classes(plan, mixture, told)
    with wrong.noted():
        _check_weights(plan, mixture)
    roots = plan.mixture(mixture).roots
    whole = {s: replace(each, has_discriminator=True) for s in roots if (each := told[s])}
    with wrong.noted():
        _check_networks(plan, mixture, {s: each for s, each in (told | whole).items() if each})


def _check_real(plan: Plan) -> None:
    for name, method in plan.methods.items():
        if method.images == "real" and not any(name in plan.methods_for(mixture) for mixture in plan.params.mixtures):
            raise CocktailError(
                f"methods: {name} is trained on real images, but no mixture has a `dataset` for each of its sources; "
                "give the datasets, or leave it out"
            )


def networks(plan: Plan) -> dict[str, NetworkParams]:
    """The networks of the sources that have models, or get some here, as far as files are there."""
    found = dict.fromkeys(plan.trained_sources(), plan.params.source_training.network)
    for source in plan.with_models([*plan.params.sources]):
        path = Path(plan.model(source))
        if source not in found and path.exists():
            found[source] = tell(path, f"the model of source {source}").network
    return found


def _left_out(plan: Plan, mixture: str) -> str:
    """Which methods a mixture with generated images has not; CocktailError if it has none at all."""
    given = [s for s in plan.mixture(mixture).sources if plan.params.sources[s].images]
    lacking = [name for name, method in plan.methods.items() if method.images != "real" and plan.lacks(mixture, name)]
    why = f"they need a model of every source, and of {' and '.join(given)} there are images alone"
    if not plan.methods_for(mixture):
        what = why if lacking else "they are trained on real images, which its sources do not have"
        raise CocktailError(f"mixtures.{mixture}: none of the methods is possible ({what}); add `ours`")
    return f"mixtures.{mixture}: without {' and '.join(lacking)}: {why}" if lacking else ""


def _told(plan: Plan, source: str) -> Told | None:
    path, images = plan.params.sources[source].model, plan.params.sources[source].images
    if images:
        _check_images(Path(images), source)
        return None
    if path is None:
        return Told(plan.params.source_training.network)
    if not Path(path).exists():
        return None
    told = tell(Path(path), f"the model of source {source}")
    n = len(told.class_names)
    what = f"{path} has {n} class{'es' * (n > 1)}"
    find_class(plan.own_class(source), told.class_names, what, f"sources.{source}.class")
    if told.has_discriminator and plan.params.sources[source].discriminator_kimg:
        raise CocktailError(
            f"sources.{source}.discriminator_kimg: {path} has a discriminator, and a new one is for a model that has "
            "none; drop the key"
        )
    return told


def _check_images(path: Path, source: str) -> None:
    if path.exists() and not is_dataset(path):
        raise CocktailError(
            f"sources.{source}.images: {path}: expected a zip or a folder of images, found {recognise(path)}; a "
            "checkpoint is given as `model`"
        )


def _check_root(plan: Plan, mixture: str, told: Mapping[str, Told | None]) -> None:
    root = plan.mixture(mixture).root_name
    found = told[root]
    if found and not found.has_discriminator and not plan.params.sources[root].discriminator_kimg:
        others = [s for s, each in told.items() if each and each.has_discriminator]
        way = f"set its `root` to {' or '.join(others)}" if others else "take a checkpoint that has one"
        raise CocktailError(
            f"mixtures.{mixture}: {plan.model(root)}, the root, has no discriminator; {way}, or set "
            f"sources.{root}.discriminator_kimg to the kimg over which a new one is trained (20, say)"
        )


def _check_classes(plan: Plan, mixture: str, told: Mapping[str, Told | None]) -> None:
    """A root of several sources is so many classes: a name and a number may be the same one."""
    found: dict[int, str] = {}
    for source in plan.mixture(mixture).roots:
        each = told[source]
        if each:
            other = found.setdefault(find_class(plan.own_class(source), each.class_names, source), source)
            if other != source:
                raise CocktailError(
                    f"mixtures.{mixture}.root: {other} and {source} are the same class of {plan.model(source)}; give "
                    "each its own"
                )


def _check_weights(plan: Plan, mixture: str) -> None:
    """A way to merge has a number for each model of a mixture."""
    models = plan.mixture(mixture).models
    for name in plan.methods_for(mixture):
        how = plan.methods[name].merge
        for given in how.numbers:
            if len(given) != len(models):
                raise CocktailError(
                    f"variants.{name}.merge: expected {len(models)} weights for mixture {mixture}, of "
                    f"{', '.join(models)} in this order, found {len(given)}"
                )
        if how.way == "slerp" and len(models) != 2:
            raise CocktailError(
                f"variants.{name}.merge: slerp is between two models, and mixture {mixture} has {len(models)} "
                f"({', '.join(models)}); take another way, or leave it out"
            )


def _check_networks(plan: Plan, mixture: str, told: Mapping[str, Told]) -> None:
    whole = sorted(told, key=lambda source: not told[source].has_discriminator)  # those with a discriminator first
    first, *others = whole or [""]
    for other in others:
        a, b = told[first].network, told[other].network
        if not told[other].has_discriminator:
            b = b.with_discriminator_of(a)
        if a.img_channels != b.img_channels:
            raise CocktailError(
                f"mixtures.{mixture}: {first} draws {a.img_channels} channels and {other} {b.img_channels}; "
                "a mixture needs sources of one kind: draw images of one (gan-cocktail synthesize), and give these as "
                "its `images`"
            )
        unlike = [k for k in a.differences(b) if k != "c_dim"]
        averaged = [name for name in plan.methods_for(mixture) if plan.methods[name].average == "unrooted"]
        if unlike and averaged:
            raise CocktailError(
                f"mixtures.{mixture}: {first} and {other} differ in {', '.join(unlike)}, so their weights cannot be "
                f"averaged as they are; leave {' and '.join(averaged)} out of methods (the others work)"
            )
