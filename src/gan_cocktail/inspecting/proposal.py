"""An experiment that fits some checkpoints, and a time."""

from collections.abc import Sequence
from typing import Any

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.estimate import Estimate, estimate
from gan_cocktail.inspecting.files import File, Given, Images
from gan_cocktail.inspecting.kin import whole_family
from gan_cocktail.inspecting.measure import with_discriminator
from gan_cocktail.inspecting.recipe import r1_gamma
from gan_cocktail.inspecting.speed import Speed
from gan_cocktail.params.applications import ApplicationParams
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.experiment import Plan

METHODS = ("ours", "transfergan", "average_rooted", "average_unrooted", "ensemble")
UNROOTED = ("average_unrooted_tuned", "average_unrooted", "transfergan", "ensemble")  # of sources that are kin
FEWEST, MOST = 1000, 50_000  # images drawn from a source
SHORTEST, LONGEST = 0.1, 5000.0  # kimg of a stage; the paper's is the longest
SOURCE = 5  # times a stage's budget, for training a source: the paper's sources saw 25,000 kimg
SMALLEST = 16  # pixels of a network
DIRECTED = 200  # images at least in which a direction is found
AVERAGED = 10  # half-lives of the moving average that a stage has at least: else its model is still the one it began as


def propose(given: Sequence[Given], root: str, recipe: TrainingParams, kimg: float, methods: Sequence[str]) -> Params:
    """The parameters of merging what is given with so many kimg a stage; root: the name of one that is a file.

    If that has no discriminator, it gets a new one with the same budget.
    So many images are drawn from each source that merging shows each of them once, within bounds.
    """
    sources: dict[str, dict[str, Any]] = {name: source for each in given for name, source in each.sources.items()}
    (chosen,) = (each for each in given if each.name == root and isinstance(each, File))
    if not chosen.model.D:
        sources |= {name: source | {"discriminator_kimg": kimg} for name, source in chosen.sources.items()}
    mixture = "-".join(each.name for each in given)
    written: dict[str, Any] = {
        "sources": sources,
        "mixtures": {mixture: {"sources": list(sources), "root": _one_or_all(list(chosen.sources))}},
        "methods": list(methods),
        "synthesis": {"n_images": int(min(MOST, max(FEWEST, kimg * 1000 / len(sources))))},
        "training": recipe.model_dump() | {"ema_kimg": _half_life(recipe, kimg)},
        "rooting": {"kimg": kimg},
        "merging": {"kimg": kimg},
        **_applications(chosen.model.network.img_resolution),
        **_source_training([g for g in given if isinstance(g, Images) and g.smallest], chosen, recipe, kimg),
        **_evaluation(given),
    }
    return parse_section(Params, written, "the experiment")


def _one_or_all(names: list[str]) -> str | list[str]:
    return names if len(names) > 1 else names[0]


def _half_life(recipe: TrainingParams, kimg: float) -> float:
    """Of the moving average in a training of this budget, in kimg."""
    return float(f"{min(recipe.ema_kimg, kimg / AVERAGED):.4g}")


def _applications(resolution: int) -> dict[str, Any]:
    """Fewer images for directions where each takes long: above 64 pixels, in proportion to a side."""
    usual = ApplicationParams().n_images
    return {"applications": {"n_images": max(DIRECTED, usual * 64 // resolution)}} if resolution > 64 else {}


def _source_training(datasets: Sequence[Images], root: File, recipe: TrainingParams, kimg: float) -> dict[str, Any]:
    """How sources are trained on datasets, if there are any: networks like the root's, smaller where images are."""
    if not datasets:
        return {}
    smallest, size = min(dataset.smallest for dataset in datasets), root.model.network.img_resolution
    while size > max(smallest, SMALLEST):
        size //= 2
    network = root.model.network.model_copy(update={"c_dim": 0, "img_resolution": size})
    budget = round(SOURCE * kimg, 6)
    like = ("batch_size", "path_length_weight", "style_mixing", "precision")
    training: dict[str, Any] = {key: getattr(recipe, key) for key in like}
    training |= {"r1_gamma": r1_gamma(size, recipe.batch_size), "ema_kimg": _half_life(recipe, budget)}
    return {"source_training": {"kimg": budget, "network": network.model_dump(), "training": training}}


def _evaluation(given: Sequence[Given]) -> dict[str, Any]:
    """Smaller subsets for KID where images, or statistics, are of fewer than one of the usual subsets has."""
    beside = [g.statistics for g in given if isinstance(g, File) and g.statistics and g.statistics.is_taken]
    counts = [g.n for g in given if isinstance(g, Images)] + [b.n_images for b in beside if b.n_images]
    fewest, usual = min(counts, default=0), EvaluationParams().kid_subset_size
    return {"evaluation": {"kid_subset_size": max(2, fewest // 2)}} if counts and fewest < usual else {}


def methods_for(given: Sequence[Given], root: str, recipe: TrainingParams) -> list[str]:
    """Those that are possible of METHODS: the average of sources as they are needs their models, and equal ones.

    Of sources that share an ancestor UNROOTED.
    """
    if whole_family(given):
        return list(UNROOTED)
    alike = [method for method in METHODS if method != "average_unrooted"]
    plan = Plan(propose(given, root, recipe, 1, METHODS))
    try:
        check_inputs(plan)
    except CocktailError:
        plan = Plan(propose(given, root, recipe, 1, alike))
        check_inputs(plan)
    (mixture,) = plan.params.mixtures
    return plan.methods_for(mixture)


def cost(params: Params, root: File, speed: Speed) -> Estimate:
    """What a proposal takes on this machine."""
    return estimate(Plan(params), with_discriminator(root.model), speed)


def fit(
    given: Sequence[Given], root: File, recipe: TrainingParams, methods: Sequence[str], speed: Speed, hours: float
) -> float:
    """The kimg a stage, of two digits, with which everything takes so many hours at most, within bounds."""
    low, high = SHORTEST, LONGEST
    if cost(propose(given, root.name, recipe, high, methods), root, speed).hours <= hours:
        return high
    while high / low > 1.005:
        middle = (low * high) ** 0.5
        taken = cost(propose(given, root.name, recipe, middle, methods), root, speed).hours
        low, high = (middle, high) if taken <= hours else (low, middle)
    digits = f"{low:.6e}"
    return max(SHORTEST, float(digits[:3] + digits[digits.index("e") :]))  # rounded down
