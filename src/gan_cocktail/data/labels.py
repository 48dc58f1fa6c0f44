"""Labels of a dataset: dataset.json of StyleGAN's dataset_tool.py, matched with images by name."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from unicodedata import normalize

from gan_cocktail.data.files import Files, UnreadableError, some
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import nearest

SHAPE = 'expected {"labels": [["img.png", 0], ...]}, or "labels": null'


@dataclass(frozen=True)
class Labels:
    """A class index for each image, in the images' order, and names of the classes, if it has them.

    indices: None for labels that are no class indices (vectors).
    """

    indices: Sequence[int] | None
    classes: Sequence[str] | None

    def names(self) -> list[str]:
        """What each class is called: by its index, for want of a name."""
        assert self.indices is not None
        return list(self.classes or map(str, range(max(self.indices) + 1)))

    def find(self, wanted: int | str, where: str) -> int:
        """The index of a class that is told by index or name; CocktailError if there is none, or no image of it."""
        if self.indices is None:
            raise CocktailError(f"{where}: its labels are vectors, so no class can be chosen; drop `label`")
        names = self.names()
        if wanted not in names and not (isinstance(wanted, int) and wanted < len(names)):
            raise CocktailError(f"{where}: no class {wanted!r}{nearest(str(wanted), names)}")
        index = wanted if isinstance(wanted, int) else names.index(wanted)
        if index not in self.indices:
            raise CocktailError(f"{where}: no image has the label {wanted!r}")
        return index


def labels_of(files: Files, where: str) -> Labels | None:
    """The labels of a dataset's images; None if it has none.

    Raises CocktailError, in one sentence, if the file is broken, or its labels do not fit the images one to one.
    """
    if files.index is None:
        return None
    where = f"{where}: {files.index.name}"
    content = _read(files, where)
    pairs = content.get("labels")
    if pairs is None:
        return None
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        raise CocktailError(f"{where}: {SHAPE}, found something else")
    found = _matched(files, pairs, where)
    if all(isinstance(label, list) for label in found):
        return Labels(None, None)
    for name, label in pairs:
        if type(label) is not int or label < 0:
            raise CocktailError(f"{where}: expected class indices from 0, found {label!r} for {name}")
    return Labels(found, _classes(content.get("classes"), max(found), where))


def _read(files: Files, where: str) -> dict[str, Any]:
    assert files.index is not None
    try:
        with files.index.open() as f:
            content = json.loads(f.read().decode("utf-8-sig"))
    except UnreadableError as e:
        raise CocktailError(f"{where}: {e}") from None
    except ValueError as e:
        raise CocktailError(f"{where}: broken JSON ({e}); make it anew, or remove it to read without labels") from None
    if not isinstance(content, dict):
        raise CocktailError(f"{where}: {SHAPE}, found something else")
    return content


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str)


def _matched(files: Files, pairs: Sequence[Any], where: str) -> list[Any]:
    """Labels in the images' order. Names are relative to the index."""
    assert files.index is not None
    base = PurePosixPath(files.index.name).parent
    labels = [(_normal(str(base / name.replace("\\", "/"))), label) for name, label in pairs]
    times = Counter(name for name, _ in labels)
    images = [_normal(name) for name in (*(file.name for file in files.images), *(name for name, _ in files.bad))]
    for problem, names in {
        "labelled twice": [name for name, n in times.items() if n > 1],
        "labelled but not there": sorted(times.keys() - set(images)),
        "without a label": sorted(set(images) - times.keys()),
    }.items():
        if names:
            raise CocktailError(
                f"{where}: images {problem}: {some(names)}; mend it, or remove it to read without labels"
            )
    by_name = dict(labels)
    return [by_name[_normal(file.name)] for file in files.images]


def _normal(name: str) -> str:
    """A name as it is compared: without ./, and with accents composed (macOS takes them apart)."""
    return normalize("NFC", str(PurePosixPath(name)))


def _classes(names: Any, most: int, where: str) -> list[str] | None:
    if names is None:
        return None
    if not isinstance(names, list) or not all(isinstance(n, str) for n in names) or len({*names}) < len(names):
        raise CocktailError(f"{where}: expected `classes` as a list of names, each once, found {names!r}")
    if len(names) <= most:
        raise CocktailError(f"{where}: {len(names)} `classes` for labels up to {most}; name every class")
    return names
