"""What options that name a class say of a model."""

from collections.abc import Sequence
from pathlib import Path

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError


def read_source_classes(text: str) -> list[str]:
    """A class for each source, as --source-class says them; none if it is not given."""
    return [name.strip() for name in text.split(",")] if text else []


def pick_classes(models: Sequence[Model], asked: str, paths: Sequence[Path]) -> list[int]:
    """Which class of each of several models, one a domain, --source-class asks for; none of one model of all domains.

    CocktailError if it asks for another number of them, for what is no class, or for none of several.
    """
    names = read_source_classes(asked)
    if len(models) == 1 and not names:
        return []
    if len(names) not in (0, len(models)):
        raise CocktailError(f"--source-class: expected one for each of {len(models)} models, found {len(names)}")
    picked = []
    for model, name, path in zip(models, names or [""] * len(models), paths, strict=True):
        n = len(model.class_names)
        if n > 1 and not name:
            raise CocktailError(
                f"{path}: expected a model of one domain where several are given, one a class, found {n} classes; say "
                "which with --source-class, or give one model of all classes"
            )
        picked.append(find_class(name, model.class_names, f"{n} class{'es' * (n > 1)} in {path}", "--source-class"))
    return picked


def pick_class(model: Model, asked: str, path: Path) -> int:
    """The class of a model that --class asks for; CocktailError as find_class."""
    n = len(model.class_names)
    return find_class(asked, model.class_names, f"{n} class{'es' * (n > 1)} in {path}")


def pick_own(model: Model, asked: str, path: Path) -> list[int]:
    """The classes of a model that are its own, as --class says them, comma-separated; CocktailError as find_class."""
    picked = [pick_class(model, name.strip(), path) for name in asked.split(",")]
    if len(set(picked)) < len(picked):
        raise CocktailError(f"--class: expected different classes of {path}, found {asked}")
    return picked


def check_order(domains: Sequence[str], classes: Sequence[str], path: Path) -> None:
    """Raise CocktailError if --domains names a class of a model in another's place: its numbers would be another's."""
    for k, name in enumerate(classes):
        if name in domains and domains[k : k + 1] != [name]:
            raise CocktailError(
                f"--domains: {name} is class {k} of {path} ({', '.join(classes)}), found {', '.join(domains)}; give "
                "domains, and references if there are any, in the order of the model's classes"
            )
