"""What a person has: checkpoints, by what they say of themselves and by their tensors, and images."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from gan_cocktail.checkpoints.model import Model, State, load
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.inspecting.beside import Beside, beside

OURS = "gan-cocktail"
TAKEN = ("mean", "union")  # columns of tables, so no names of sources


@dataclass(frozen=True)
class File:
    """One readable checkpoint.

    name: what it is called here, fit to name a source. classes: the sources that it is, and which class of it each one
    is, by name or index ("" if it has one alone, or that is not said); several of a file that is taken whole.
    statistics: what lies beside it, of a file without classes.
    """

    name: str
    path: Path
    sha256: str
    size: int  # bytes
    model: Model
    classes: Mapping[str, str]
    statistics: Beside | None = None

    @property
    def sources(self) -> dict[str, dict[str, str]]:
        """The sources that it is, as in params.yaml; of one, with its statistics beside it."""
        model = {"model": self.path.as_posix()}
        if self.statistics and self.statistics.is_taken:
            model["reference"] = self.statistics.path.as_posix()
        return {name: model | ({"class": own} if own else {}) for name, own in self.classes.items()}

    @property
    def what(self) -> str:
        """In a few words."""
        size, n = self.model.network.img_resolution, self.model.network.c_dim
        classes = f", one of {n} classes" if n > 1 else ""
        return f"{self.model.info.get('format', OURS)}, {size}x{size}{classes}" + ", no D" * (not self.model.D)

    def facts(self) -> dict[str, Any]:
        """JSON-able: what the file is, and what made it (`info`, as the file has it)."""
        network = self.model.network
        return {
            "path": self.path.as_posix(),
            "sha256": self.sha256,
            "bytes": self.size,
            "format": self.model.info.get("format", OURS),
            "kind": self.model.info.get("kind", "model"),
            "classes": self.model.class_names if network.c_dim else [],
            "discriminator": bool(self.model.D),
            "reference": self.statistics.path.as_posix() if self.statistics and self.statistics.is_taken else None,
            "parameters": {"G": count(self.model.G), "D": count(self.model.D)},
            "network": network.model_dump(),
            "info": self.model.info,
        }


@dataclass(frozen=True)
class Images:
    """A zip or folder of images: `images` that something drew, or a `dataset` of real ones to train a source on.

    smallest: the shorter side, in pixels, of the smallest of a dataset; 0 where it was not asked for.
    """

    name: str
    path: Path
    key: Literal["images", "dataset"]
    n: int
    smallest: int = 0

    @property
    def sources(self) -> dict[str, dict[str, str]]:
        """The source that they are, as in params.yaml."""
        return {self.name: {self.key: self.path.as_posix()}}

    @property
    def what(self) -> str:
        """In a few words."""
        use = "shown as they are" if self.key == "images" else "a source is trained on them first"
        return f"{self.n:,} images; {use}"


Given = File | Images


def count(state: State) -> int:
    """Numbers that a network keeps."""
    return sum(tensor.numel() for tensor in state.values())


def read_files(
    paths: Sequence[Path], names: Sequence[str] = (), domains: Mapping[str, str] | None = None
) -> list[File]:
    """Each checkpoint, by its name (none given: made of the file's).

    domains: the class of each that has several, by name; None: the first stands for any of them.
    CocktailError with the reader's sentence for each file that cannot be read, one a line.
    """
    found, problems = [], []
    for name, path in zip(names or names_of(paths), paths, strict=True):
        try:
            model = load(path)
            some = "0" if model.network.c_dim > 1 else ""
            own = some if domains is None else domains.get(name, "")
            statistics = None if model.network.c_dim else beside(path)
            found.append(File(name, path, sha256(path), path.stat().st_size, model, {name: own}, statistics))
        except CocktailError as e:
            problems.append(str(e))
        except OSError as e:
            problems.append(f"{path}: expected a model, but it cannot be opened ({e.strerror}); check its permissions")
    if problems:
        raise CocktailError("\n".join(problems))
    return found


def names_of(paths: Sequence[Path]) -> list[str]:
    """A name for each file that a source may have, all different: the file's, or its folder's where it is `model`."""
    names: list[str] = []
    for path in paths:
        told = path.resolve().parent.name if path.stem == "model" else path.stem
        names.append(_free(_fit(told) or "model", names))
    return names


def expanded(given: Sequence[Given]) -> list[Given]:
    """The same, but of files of several classes of which none is picked, each class is a source.

    It has the class's name, or the file's before that where the name is another source's or a number alone.
    """
    names = [g.name for g in given if not _is_whole(g)]
    found: list[Given] = []
    for g in given:
        if isinstance(g, File) and _is_whole(g):
            g = replace(g, classes=_named(g, names))
            names += g.classes
        found.append(g)
    return found


def _is_whole(given: Given) -> bool:
    return isinstance(given, File) and len(given.model.class_names) > 1 and not any(given.classes.values())


def _named(file: File, others: Sequence[str]) -> dict[str, str]:
    """Classes of a file by the names of sources that they get; others: names that are taken."""
    found: dict[str, str] = {}
    for k, told in enumerate(file.model.class_names):
        name, taken = _fit(told), [*others, *found]
        if not name or name.isdecimal() or name != _free(name, taken):
            name = _free(_fit(f"{file.name}_{told}"), taken)
        found[name] = told if file.model.classes else str(k)
    return found


def _fit(text: str) -> str:
    """A text in letters that names of sources may have."""
    return re.sub(r"[^A-Za-z0-9_+-]+", "-", text).strip("-_+")


def _free(base: str, names: Iterable[str]) -> str:
    """A name that is not among others, whatever their case, nor a column of tables."""
    taken, name, k = {*TAKEN, *(n.lower() for n in names)}, base, 1
    while name.lower() in taken:
        k += 1
        name = f"{base}-{k}"
    return name
