"""What can be merged, and in which of them the others would better be rooted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.files import File, Given, count
from gan_cocktail.inspecting.proposal import propose
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.experiment import Plan

EYE = "which of them draws better images files do not tell: look at them, or compare FIDs at a small budget"


@dataclass(frozen=True)
class Merge:
    """Some things as a mixture.

    roots: which files can be the root; with_new_d: which can if a discriminator is trained first, since they have none;
    why_not: of each other file, a sentence.
    """

    sources: tuple[str, ...]
    roots: tuple[str, ...]
    with_new_d: tuple[str, ...]
    why_not: dict[str, str]

    @property
    def able(self) -> tuple[str, ...]:
        """The roots that come into question: those with a discriminator, if there are any."""
        return self.roots or self.with_new_d

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def merge(given: Sequence[Given]) -> Merge:
    """Whether things can be merged, as the pipeline checks it, with each file as the root."""
    why_not: dict[str, str] = {}
    files = {each.name: each for each in given if isinstance(each, File)}
    for root in files:
        try:
            check(given, root)
        except CocktailError as e:
            why_not[root] = str(e)
    able = [name for name in files if name not in why_not]
    with_d, without = (tuple(n for n in able if bool(files[n].model.D) is has) for has in (True, False))
    return Merge(tuple(each.name for each in given), with_d, without, why_not)


def pairs(files: Sequence[File]) -> list[Merge]:
    """The same of every two."""
    return [merge(pair) for pair in combinations(files, 2)]


def check(given: Sequence[Given], root: str) -> None:
    """Raise CocktailError, with the sentence that the pipeline would say, if things cannot be merged with this root."""
    params = propose(given, root, TrainingParams(), 1, ["ours"])
    (mixture,) = params.mixtures
    try:
        check_inputs(Plan(params))
    except CocktailError as e:
        raise CocktailError(str(e).removeprefix(f"mixtures.{mixture}: ")) from None


def better_root(given: Sequence[Given], roots: Sequence[str]) -> tuple[str, str]:
    """Of several possible roots the better one, as far as files tell, and why.

    A file that is taken whole, whose classes then stay as they are. All models end with the root's architecture: then
    larger images, then more weights, then fewer classes to forget.
    """
    files = [each for each in given if isinstance(each, File) and each.name in roots]
    best, *others = sorted(files, key=_rank, reverse=True)
    if not others:
        others_lack = any(isinstance(each, File) and not each.model.D for each in given if each is not best)
        return best.name, "no other has a discriminator" if others_lack else "no other can be the root"
    if len(best.classes) > 1:
        return best.name, f"its {len(best.classes)} classes stay together"
    why = _why(best, others[0])
    return best.name, f"{why}; {EYE}" if why else f"as far as files tell all are alike; {EYE}"


def _rank(file: File) -> tuple[int, int, int, int]:
    network = file.model.network
    return len(file.classes), network.img_resolution, count(file.model.G) + count(file.model.D), -network.c_dim


def _why(best: File, next_best: File) -> str:
    for one, other, why in zip(
        _rank(best)[1:],
        _rank(next_best)[1:],
        (
            f"it draws the largest images, {best.model.network.img_resolution} pixels",
            "it has the most weights, which the union inherits",
            "it has the fewest classes",
        ),
        strict=True,
    ):
        if one != other:
            return why
    return ""
