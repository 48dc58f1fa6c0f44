"""An experiment that fits some checkpoints, and a time."""

from collections.abc import Sequence
from typing import Any

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.estimate import Estimate, estimate
from gan_cocktail.inspecting.files import File
from gan_cocktail.inspecting.speed import Speed
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.experiment import Plan

METHODS = ("ours", "transfergan", "average_rooted", "average_unrooted", "ensemble")
FEWEST, MOST = 1000, 50_000  # images drawn from a source
SHORTEST, LONGEST = 0.1, 5000.0  # kimg of a stage; the paper's is the longest


def propose(files: Sequence[File], root: str, recipe: TrainingParams, kimg: float, methods: Sequence[str]) -> Params:
    """The parameters of merging these files with so many kimg a stage.

    So many images are drawn from each source that merging shows each of them once, within bounds.
    """
    names = [file.name for file in files]
    written: dict[str, Any] = {
        "sources": {file.name: file.source() for file in files},
        "mixtures": {"-".join(names): {"sources": names, "root": root}},
        "methods": list(methods),
        "synthesis": {"n_images": int(min(MOST, max(FEWEST, kimg * 1000 / len(files))))},
        "training": recipe.model_dump(),
        "rooting": {"kimg": kimg},
        "merging": {"kimg": kimg},
    }
    return parse_section(Params, written, "the experiment")


def methods_for(files: Sequence[File], root: str, recipe: TrainingParams) -> list[str]:
    """Those of METHODS that these files allow: the average of sources as they are needs equal architectures."""
    try:
        check_inputs(Plan(propose(files, root, recipe, 1, METHODS)))
    except CocktailError:
        return [method for method in METHODS if method != "average_unrooted"]
    return list(METHODS)


def cost(params: Params, root: File, speed: Speed) -> Estimate:
    """What a proposal takes on this machine."""
    return estimate(Plan(params), root.model, speed)


def fit(
    files: Sequence[File], root: File, recipe: TrainingParams, methods: Sequence[str], speed: Speed, hours: float
) -> float:
    """The kimg a stage, of two digits, with which everything takes so many hours at most, within bounds."""
    low, high = SHORTEST, LONGEST
    if cost(propose(files, root.name, recipe, high, methods), root, speed).hours <= hours:
        return high
    while high / low > 1.005:
        middle = (low * high) ** 0.5
        taken = cost(propose(files, root.name, recipe, middle, methods), root, speed).hours
        low, high = (middle, high) if taken <= hours else (low, middle)
    digits = f"{low:.6e}"
    return max(SHORTEST, float(digits[:3] + digits[digits.index("e") :]))  # rounded down
