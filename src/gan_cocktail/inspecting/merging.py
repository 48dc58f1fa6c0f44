"""Which checkpoints can be merged, and in which of them the others would better be rooted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.files import File, count
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan

MIXTURE = "mixture"
EYE = "which of them draws better images files do not tell: look at them, or compare FIDs at a small budget"


@dataclass(frozen=True)
class Merge:
    """Some files as a mixture. roots: which of them can be the root; why_not: of each other one, a sentence."""

    sources: tuple[str, ...]
    roots: tuple[str, ...]
    why_not: dict[str, str]

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def merge(files: Sequence[File]) -> Merge:
    """Whether files can be merged, as the pipeline checks it, with each as the root."""
    why_not: dict[str, str] = {}
    for root in files:
        try:
            check(files, root.name)
        except CocktailError as e:
            why_not[root.name] = str(e)
    names = tuple(file.name for file in files)
    return Merge(names, tuple(name for name in names if name not in why_not), why_not)


def pairs(files: Sequence[File]) -> list[Merge]:
    """The same of every two."""
    return [merge(pair) for pair in combinations(files, 2)]


def check(files: Sequence[File], root: str) -> None:
    """Raise CocktailError, with the sentence that the pipeline would say, if files cannot be merged with this root."""
    sources = {file.name: file.source() for file in files}
    mixture = {"sources": list(sources), "root": root}
    written = {"sources": sources, "mixtures": {MIXTURE: mixture}, "methods": ["ours"]}
    try:
        check_inputs(Plan(parse_section(Params, written, "the experiment"), "results"))
    except CocktailError as e:
        raise CocktailError(str(e).removeprefix(f"mixtures.{MIXTURE}: ")) from None


def better_root(files: Sequence[File], roots: Sequence[str]) -> tuple[str, str]:
    """Of several possible roots the better one, as far as files tell, and why.

    All models end with the root's architecture: larger images, then more weights, then fewer classes to forget.
    """
    able = sorted((file for file in files if file.name in roots), key=_rank, reverse=True)
    best, *others = able
    if not others:
        return best.name, "no other can be the root" if len(files) > 1 else "it is the only one"
    why = _why(best, others[0])
    return best.name, f"{why}; {EYE}" if why else f"as far as files tell all are alike; {EYE}"


def _rank(file: File) -> tuple[int, int, int]:
    return file.model.network.img_resolution, count(file.model.G) + count(file.model.D), -file.model.network.c_dim


def _why(best: File, next_best: File) -> str:
    for one, other, why in zip(
        _rank(best),
        _rank(next_best),
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
