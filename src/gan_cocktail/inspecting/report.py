"""All that there is to say of some checkpoints together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gan_cocktail import device
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.compare import Distance, distances, settings
from gan_cocktail.inspecting.estimate import Estimate
from gan_cocktail.inspecting.files import File
from gan_cocktail.inspecting.kin import Family, families
from gan_cocktail.inspecting.merging import Merge, better_root, check, merge, pairs
from gan_cocktail.inspecting.proposal import cost, propose
from gan_cocktail.inspecting.recipe import recipe
from gan_cocktail.inspecting.speed import Speed, speed


@dataclass(frozen=True)
class Report:
    """root: the better one for all files together, and why; none if they cannot be merged, or are fewer than two.

    families: of files that need no rooting. pairs: of every two files; together: of all, where there are more than two.
    cost: of merging all by `ours` with so many kimg a stage; of a single file, with another one like it. unmeasured:
    why there is none.
    """

    files: Sequence[File]
    settings: dict[str, list[Any]]
    distances: list[Distance]
    families: list[Family]
    pairs: list[Merge]
    together: Merge | None
    root: tuple[str, str] | None
    kimg: float
    cost: Estimate | None
    speed: Speed | None
    unmeasured: str

    @property
    def merges(self) -> list[Merge]:
        """Of every two, and of all."""
        return self.pairs + ([self.together] if self.together else [])

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return {
            "files": {file.name: file.facts() for file in self.files},
            "settings_that_differ": self.settings,
            "distances": [distance.facts() for distance in self.distances],
            "no_rooting_needed": [family.facts() for family in self.families],
            "merges": [one.facts() for one in self.merges],
            "root": {"name": self.root[0], "why": self.root[1]} if self.root else None,
            "kimg": self.kimg,
            "cost": self.cost.facts() if self.cost else None,
            "speed": self.speed.facts() if self.speed else None,
            "unmeasured": self.unmeasured,
        }


def report(files: Sequence[File], kimg: float, seconds: float) -> Report:
    """What files are, how they differ, which can be merged, and what that takes with so many kimg a stage.

    seconds: for timing real steps, at most.
    """
    two = pairs(files)
    together = merge(files) if len(files) > 2 else None
    whole = together or (two[0] if two else None)
    root = better_root(files, whole.able) if whole and whole.able else None
    apart = distances(files)
    told = files, settings(files), apart, families(files, apart), two, together, root, kimg
    try:
        cost, found = _cost(files, root[0] if root else "", kimg, seconds)
    except CocktailError as e:
        return Report(*told, None, None, str(e))
    return Report(*told, cost, found, "")


def _cost(files: Sequence[File], root: str, kimg: float, seconds: float) -> tuple[Estimate, Speed]:
    if len(files) == 1:
        (one,) = files
        files, root = [one, replace(one, name="another", classes={"another": one.classes[one.name]})], one.name
    if not root:
        raise CocktailError("costs are not estimated: these files cannot be merged with each other")
    check(files, root)
    (chosen,) = (file for file in files if file.name == root)
    how = recipe(chosen.model.network, device.pick())
    found = speed(chosen.path, chosen.model.network, how, seconds)
    return cost(propose(files, root, how, kimg, ["ours"]), chosen, found), found
