"""The methods that there are, by name."""

import pkgutil
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, get_args

from gan_cocktail.errors import CocktailError
from gan_cocktail.methods import recipes
from gan_cocktail.params.base import nearest, parse_section
from gan_cocktail.params.method import AverageKind, Method

METHODS: dict[str, Method] = {
    module.name: import_module(f"{recipes.__name__}.{module.name}").METHOD
    for module in pkgutil.iter_modules(recipes.__path__)
}


def methods_of(names: Sequence[str], variants: Mapping[str, Mapping[str, Any]]) -> dict[str, Method]:
    """The methods of an experiment, in its order: recipes, and variants of recipes.

    Raises CocktailError for a name that is neither, and for a variant that is wrong.
    """
    known = METHODS | {name: _variant(name, values) for name, values in variants.items()}
    for name in names:
        if name not in known:
            raise CocktailError(f"methods: unknown method {name!r}{nearest(name, known)}")
    return {name: known[name] for name in names}


def _variant(name: str, values: Mapping[str, Any]) -> Method:
    where = f"variants.{name}"
    if name in METHODS:
        raise CocktailError(f"{where}: a method of this name exists; choose another")
    base = values.get("method")
    if base not in METHODS:
        raise CocktailError(
            f"{where}.method: expected a method to begin with, found {base!r}{nearest(str(base), METHODS)}"
        )
    own = {key: value for key, value in values.items() if key != "method"}
    method = parse_section(Method, METHODS[base].model_dump() | {"label": name} | own, where)
    if name in get_args(AverageKind) and not method.merge.is_plain:
        raise CocktailError(f"{where}: files of averages of the plain mean have this name; choose another")
    return method
