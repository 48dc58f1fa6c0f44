"""What a person asks for with `gan-cocktail new`, or why it cannot be."""

import os
import re
from collections.abc import Collection, Sequence
from pathlib import Path

from gan_cocktail.data.files import is_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.files import File, Given, expanded, read_files
from gan_cocktail.inspecting.images import read_images
from gan_cocktail.inspecting.merging import better_root, merge
from gan_cocktail.params.base import NAME, PATH, nearest
from gan_cocktail.plan.experiment import FOLDERS


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
    if name.lower() in FOLDERS:
        raise CocktailError(f"{results}/ has results of params.yaml's experiment; give the experiment another name")
    return path


def read_given(sources: Sequence[str], datasets: Sequence[str], classes: Sequence[str]) -> list[Given]:
    """What is to be merged, from 'NAME=PATH' of checkpoints, images and datasets, and 'NAME=CLASS', in this order.

    Files of several classes of which no class is asked for are taken whole.
    """
    paths = _read_paths([("--source", text) for text in sources] + [("--dataset", text) for text in datasets])
    real = list(paths)[len(sources) :]
    names = [name for name in paths if name not in real and not is_dataset(paths[name])]
    files = read_files([paths[name] for name in names], names, _read_classes(classes, names))
    given: dict[str, Given] = {file.name: file for file in files}
    for name in [name for name in paths if name not in given]:
        given[name] = read_images(name, paths[name], "dataset" if name in real else "images")
    return expanded([given[name] for name in paths])


def _read_paths(texts: Sequence[tuple[str, str]]) -> dict[str, Path]:
    """Files by name, of an option and 'NAME=PATH'; paths are relative in this folder, and whole elsewhere."""
    if len(texts) < 2:
        raise CocktailError("--source: expected two or more, 'NAME=PATH' each (or --dataset), found one")
    found: dict[str, Path] = {}
    for option, text in texts:
        name, separator, path = text.partition("=")
        if not separator or not path or not re.match(NAME, name):
            raise CocktailError(
                f"{option}: expected 'NAME=PATH', such as face=ffhq.pkl, the name of letters, digits, _, + and -; "
                f"found {text!r}"
            )
        if name in found:
            raise CocktailError(f"{option}: {name} stands twice; give each source a name of its own")
        whole = Path(os.path.abspath(path))
        found[name] = whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole
        if not re.match(PATH, str(found[name])):
            raise CocktailError(
                f"{option}: expected a path without braces, which Snakemake takes for wildcards, found "
                f"{found[name]}; rename it, or make a link to it"
            )
    return found


def _read_classes(texts: Sequence[str], names: Collection[str]) -> dict[str, str]:
    """Classes by source, of 'NAME=CLASS'; CocktailError for a source that is none of `names`."""
    found = {}
    for text in texts:
        name, separator, found[name] = text.partition("=")
        if not separator or not found[name] or name not in names:
            raise CocktailError(f"--class: expected 'NAME=CLASS', NAME of {', '.join(names)}, found {text!r}")
    return found


def choose_root(given: Sequence[Given], asked: str) -> tuple[File, str]:
    """The root and why it is; CocktailError, with the sentence that the pipeline would say, if it cannot be."""
    files = {each.name: each for each in given if isinstance(each, File)}
    if not files:
        raise CocktailError("--source: expected a checkpoint among them: the root needs weights to begin with")
    if asked and asked not in files:
        raise CocktailError(f"--root: {asked!r} is none of the checkpoints{nearest(asked, files)}")
    _check_whole([file for file in files.values() if len(file.classes) > 1])
    found = merge(given)
    if asked in found.why_not:
        raise CocktailError(f"these cannot be merged with {asked} as the root: {found.why_not[asked]}")
    if not found.able:
        raise CocktailError(f"these cannot be merged: {next(iter(found.why_not.values()))}")
    name, why = (asked, "as asked") if asked else better_root(given, found.able)
    return files[name], why


def _check_whole(wholes: Sequence[File]) -> None:
    """Refuse two files that are taken whole."""
    if len(wholes) < 2:
        return
    one, other = wholes[:2]
    name = next(iter(other.classes.values()))
    raise CocktailError(
        f"{one.name} and {other.name} both have several classes, and one file alone can be taken whole, as the root; "
        f"of {other.name} (or {one.name}) give each class that you want as a source of its own: "
        f"--source NAME={other.path} --class NAME={name}, and so on"
    )
