"""What a file was made from: its parents, and theirs, as every artifact carries them inside."""

import json
import zipfile
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.files import require, sha256

SAME, OTHER, GONE, UNCHECKED = "as it was", "another file by now", "not here", ""


@dataclass(frozen=True)
class Ancestor:
    """A file, as its child knew it.

    sha256: what the child recorded; of the first file, its own if it was verified, else nothing. state: SAME, OTHER or
    GONE, or UNCHECKED. info: what it says of how it was made; None if it says nothing: what came from outside.
    parents: none of a file that is not the one that the child was made from, as none is that was made from the child.
    """

    path: str
    sha256: str
    state: str
    info: dict[str, Any] | None
    parents: tuple["Ancestor", ...] = ()

    def walk(self) -> Iterator["Ancestor"]:
        """This one and all before it, each as often as something was made from it."""
        yield self
        for each in self.parents:
            yield from each.walk()

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        info = {key: value for key, value in (self.info or {}).items() if key != "parents"}
        told = {"path": self.path, "sha256": self.sha256, "state": self.state, "info": info}
        return told | {"parents": [each.facts() for each in self.parents]}


def ancestry(path: Path, verify: bool) -> Ancestor:
    """The tree of what made a file. Paths are as they were recorded, from the current folder; verify: by SHA-256.

    Raises CocktailError if the file does not say what made it.
    """
    info = read_info(require(path))
    if info is None:
        raise CocktailError(
            f"{path}: expected a file that says what made it (a model, a direction, statistics, a dataset zip, a grid, "
            "an evaluation of this project), found none of these"
        )
    digest, parents = sha256(path) if verify else "", _parents(info, verify, {}, {path.resolve()})
    return Ancestor(path.as_posix(), digest, SAME if verify else UNCHECKED, info, parents)


def sources(info: dict[str, Any]) -> list[Ancestor]:
    """Where what made an artifact begins, each once: sources, and what is not here or another file by now."""
    found = [each for parent in _parents(info, True, {}, set()) for each in parent.walk() if not each.parents]
    return list({(each.path, each.sha256): each for each in found}.values())


def read_info(path: Path) -> dict[str, Any] | None:
    """What an artifact says of how it was made; None for a file that says nothing."""
    try:
        found = _READERS.get(path.suffix, lambda _: None)(path)
    except (CocktailError, UnidentifiedImageError, zipfile.BadZipFile, OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _parents(
    info: dict[str, Any], verify: bool, known: dict[tuple[str, str], Ancestor], below: Set[Path]
) -> tuple[Ancestor, ...]:
    """Of a file that says this; below: where it and what was made from it lie."""
    recorded = info.get("parents")
    parents = [p for p in recorded if isinstance(p, dict) and "path" in p] if isinstance(recorded, list) else []
    found = []
    for each in parents:
        key = str(each["path"]), str(each.get("sha256", ""))
        if key not in known:
            known[key] = _ancestor(*key, verify, known, below)
        found.append(known[key])
    return tuple(found)


def _ancestor(
    path: str, digest: str, verify: bool, known: dict[tuple[str, str], Ancestor], below: Set[Path]
) -> Ancestor:
    place = Path(path)
    if not place.exists():
        return Ancestor(path, digest, GONE, None)
    place = place.resolve()
    if place in below:  # written over by what was made from it
        return Ancestor(path, digest, OTHER, None)
    state = UNCHECKED
    if verify and digest:
        state = SAME if sha256(place) == digest else OTHER
    info = None if state == OTHER else read_info(Path(path))
    return Ancestor(path, digest, state, info, _parents(info or {}, verify, known, below | {place}))


def _of_safetensors(path: Path) -> Any:
    return read_facts(path, "a file of this project").get("info")


def _of_json(path: Path) -> Any:
    read = json.loads(path.read_text(encoding="utf-8"))
    return read.get("info") if isinstance(read, dict) else None


def _of_zip(path: Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.comment)


def _of_png(path: Path) -> Any:
    with Image.open(path) as image:
        return json.loads(getattr(image, "text", {}).get("info", "null"))


_READERS = {".safetensors": _of_safetensors, ".json": _of_json, ".zip": _of_zip, ".png": _of_png}
