"""What a person asks for with `gan-cocktail new`, or why it cannot be."""

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.files import File
from gan_cocktail.inspecting.merging import better_root, merge
from gan_cocktail.params.base import NAME, nearest


def check_free(name: str) -> Path:
    """Where the experiment is written; CocktailError if that is no place for a new one."""
    if not Path("Snakefile").exists():
        raise CocktailError(f"{Path.cwd()}: expected the project's folder, with its Snakefile; run this there")
    if not re.match(NAME, name):
        raise CocktailError(f"NAME: names are of letters, digits, _, + and -, and begin with one, found {name!r}")
    path, results = Path("experiments", f"{name}.yaml"), Path("results", name)
    for taken in (path, results):
        if taken.exists():
            raise CocktailError(f"{taken} is there already, and stays as it is; give the experiment another name")
    return path


def read_sources(texts: Sequence[str]) -> dict[str, Path]:
    """Files by name, of 'NAME=PATH'; paths are relative where they are in this folder, and whole elsewhere."""
    if len(texts) < 2:
        raise CocktailError("--source: expected two or more, 'NAME=PATH' each, found one")
    found: dict[str, Path] = {}
    for text in texts:
        name, separator, path = text.partition("=")
        if not separator or not path or not re.match(NAME, name):
            raise CocktailError(
                "--source: expected 'NAME=PATH', such as face=ffhq.pkl, the name of letters, digits, _, + and -; found "
                f"{text!r}"
            )
        if name in found:
            raise CocktailError(f"--source: {name} stands twice; give each source a name of its own")
        whole = Path(os.path.abspath(path))
        found[name] = whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
    return found


def read_classes(texts: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """Classes by source, of 'NAME=CLASS'; CocktailError for a source that is none of `names`."""
    found = {}
    for text in texts:
        name, separator, found[name] = text.partition("=")
        if not separator or not found[name] or name not in names:
            raise CocktailError(f"--class: expected 'NAME=CLASS', NAME of {', '.join(names)}, found {text!r}")
    return found


def choose_root(files: Sequence[File], asked: str) -> tuple[File, str]:
    """The root and why it is; CocktailError, with the sentence that the pipeline would say, if it cannot be."""
    names = [file.name for file in files]
    if asked and asked not in names:
        raise CocktailError(f"--root: {asked!r} is none of the sources{nearest(asked, names)}")
    found = merge(files)
    if asked in found.why_not:
        raise CocktailError(f"these files cannot be merged with {asked} as the root: {found.why_not[asked]}")
    if not found.roots:
        raise CocktailError(f"these files cannot be merged: {next(iter(found.why_not.values()))}")
    name, why = (asked, "as asked") if asked else better_root(files, found.roots)
    return files[names.index(name)], why
