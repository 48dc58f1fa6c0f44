"""gan-cocktail merge: models of one architecture merged into one, by their mean or another way."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gan_cocktail.checkpoints.fisher import load_fisher
from gan_cocktail.checkpoints.model import Model, load, parent, save
from gan_cocktail.checkpoints.truncation import with_class_means
from gan_cocktail.cli.options import Out, Seed
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.table import MERGES
from gan_cocktail.params.base import nearest
from gan_cocktail.params.ways import WAYS, Way, read_way
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.provenance import describe


def merge(
    models: Annotated[list[Path], typer.Argument(help="The root and the rooted models (or any of one architecture).")],
    out: Out,
    way: Annotated[
        str, typer.Option(help=f"How: {', '.join(WAYS)}; default: mean, or layers where these are given.")
    ] = "",
    weights: Annotated[str, typer.Option(help="A number for each model, comma-separated, such as 0.7,0.3.")] = "",
    layers: Annotated[
        str, typer.Option(help="The same for some layers: '4-16=1,0 32-=0,1 mapping=1,0'; docs/ways.md.")
    ] = "",
    settings: Annotated[str, typer.Option(help="Other parameters of the way, as YAML or JSON: 'density: 0.2'.")] = "",
    root: Annotated[int, typer.Option(min=0, help="Which of the models is the root, from 0.")] = 0,
    owners: Annotated[
        str,
        typer.Option(
            help="Of each class in order, the model (from 0) whose domain it is, comma-separated; default: one a model."
        ),
    ] = "",
    fisher: Annotated[
        list[Path] | None, typer.Option(help="Fisher information of each model, in order (gan-cocktail fisher).")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Average every weight of G and D (stage 2, step 1), or merge models in another way."""
    how = _read_way(way or ("layers" if layers else "mean"), weights, layers, settings)
    if root >= len(models):
        raise CocktailError(f"--root: expected 0 to {len(models) - 1} ({len(models)} models), found {root}")
    if fisher and how.way != "fisher":
        raise CocktailError(
            f"--fisher is of the way `fisher`, found --way {how.way}; add --way fisher, or leave it out"
        )
    loaded = [load(path) for path in models]
    told = _read_owners(owners, len(models)), [load_fisher(path) for path in fisher or []]
    averaged = MERGES[how.way](Ingredients(loaded, root, *told, seed), how)
    _say_lacking(models, loaded, averaged)
    averaged.G = with_class_means(averaged.network, averaged.G)
    parents = [parent(path) for path in (*models, *(fisher or []))]
    averaged.info = describe("merged_initialisation", merge=how.way, **_facts(how, root, seed), parents=parents)
    save(averaged, out)
    print(f"{out}: {how.way} of {', '.join(map(str, models))}")


def _read_way(name: str, weights: str, layers: str, settings: str) -> Way:
    """The way and its parameters; CocktailError names the option that is wrong, or that another way has."""
    if name not in WAYS:
        raise CocktailError(f"--way: unknown way {name!r}{nearest(name, WAYS)}")
    values: Any = read_yaml(settings, "--settings") or {}
    if not isinstance(values, dict):
        raise CocktailError(f"--settings: expected a mapping such as 'density: 0.2', found {settings!r}")
    for option, text in (("weights", weights), ("layers", layers)):
        if text and option not in WAYS[name].model_fields:
            able = [way for way, section in WAYS.items() if option in section.model_fields]
            raise CocktailError(f"--{option}: way {name} has none; leave it out, or take --way {' or '.join(able)}")
        if text and option in values:
            raise CocktailError(f"--{option}: --settings has {option} too; leave one of them out")
        values |= {option: text} if text else {}
    return read_way(values | {"way": name}, "--way")


def _read_owners(text: str, n: int) -> list[int]:
    owners = text.split(",") if text else [str(k) for k in range(n)]
    if not set(owners) <= {str(k) for k in range(n)}:
        raise CocktailError(f"--owners: expected for each class one of 0 to {n - 1} ({n} models), found {text}")
    return [int(owner) for owner in owners]


def _facts(how: Way, root: int, seed: int) -> dict[str, Any]:
    """What a model says of how it was merged; of the plain mean, nothing decides but the models."""
    return {} if how.is_plain else {"settings": how.model_dump(), "root": root, "seed": seed}


def _say_lacking(paths: Sequence[Path], models: Sequence[Model], averaged: Model) -> None:
    lacking = [str(path) for path, model in zip(paths, models, strict=True) if not model.D]
    if 0 < len(lacking) < len(models):
        has = "the mean of the others'" if averaged.D else "none"
        print(f"no discriminator in {', '.join(lacking)}; the average has {has}")
