"""Checkpoints that share an ancestor: they can be averaged as they are, without rooting."""

import shlex
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from gan_cocktail.inspecting.compare import Distance, distances
from gan_cocktail.inspecting.files import File, Given


@dataclass(frozen=True)
class Family:
    """Files that are linked by kinship.

    farthest: the largest relative distance between two of them that share an ancestor. command: what averages them.
    """

    names: tuple[str, ...]
    farthest: float
    command: str

    @property
    def sentence(self) -> str:
        """What it is good for."""
        *names, last = self.names
        return f"{', '.join(names)} and {last} share an ancestor: no rooting is needed. Their average, at once:"

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def families(files: Sequence[File], apart: Sequence[Distance]) -> list[Family]:
    """Of the files of which distances are, those that belong together, two or more each, in the files' order."""
    by_name = {file.name: file for file in files}
    kin = [d for d in apart if d.kin and _can_be_averaged(*(by_name[name] for name in d.between))]
    groups: list[set[str]] = []
    for distance in kin:
        linked = [group for group in groups if group & set(distance.between)]
        groups = [group for group in groups if group not in linked] + [set(distance.between).union(*linked)]
    return [_family([file for file in files if file.name in group], kin) for group in groups]


def _family(files: Sequence[File], kin: Sequence[Distance]) -> Family:
    names = tuple(file.name for file in files)
    farthest = max(d.relative for d in kin if set(d.between) <= set(names))
    paths = " ".join(shlex.quote(file.path.as_posix()) for file in files)
    return Family(names, farthest, f"gan-cocktail merge {paths} --out average.safetensors")


def _can_be_averaged(one: File, other: File) -> bool:
    """Whether files of one architecture have the same classes, if they have any."""
    classes = [list(file.model.classes) for file in (one, other) if file.model.classes]
    return len(classes) < 2 or classes[0] == classes[1]


def whole_family(given: Sequence[Given]) -> Family | None:
    """The family that all sources of an experiment are, if they are one: checkpoints of one domain each."""
    files = [each for each in given if isinstance(each, File) and not each.model.network.c_dim]
    if len(files) < len(given):
        return None
    found = families(files, distances(files))
    return next((family for family in found if len(family.names) == len(files)), None)
