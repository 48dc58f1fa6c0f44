"""Sections of params.yaml, and the errors of those that are wrong.

`parse_section` turns a mapping into a section or raises one `CocktailError` that lists every problem
with its key and, for a misspelt key, the nearest right one.
"""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gan_cocktail.errors import CocktailError

T = TypeVar("T", bound="Section")
NAME = r"^[A-Za-z0-9][A-Za-z0-9_+-]*$"
Name = Annotated[str, Field(pattern=NAME)]
PATH = r"^[^{}]*$"  # Snakemake takes braces for wildcards
FilePath = Annotated[str, Field(pattern=PATH)]
Fraction = Annotated[float, Field(ge=0, le=1)]


def as_list(value: Any) -> Any:
    """A text as a list of one, for keys that take one or several."""
    return [value] if isinstance(value, str) else value


class Section(BaseModel):
    """A part of params.yaml: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, serialize_by_alias=True)


def nearest(name: str, known: Any) -> str:
    """What to suggest in place of an unknown name: the closest known one, else all of them."""
    match = difflib.get_close_matches(name, [str(k) for k in known], 1, 0.5)
    return f", did you mean {match[0]!r}?" if match else f" (known: {', '.join(map(str, known))})"


def _known_keys(root: Any, path: tuple[int | str, ...]) -> list[str]:
    """Names allowed in the section at `path`, found by walking the type annotations."""
    model: Any = root
    for key in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(key)].annotation
        else:  # dict[Name, Section]
            model = model.__args__[-1]
        if hasattr(model, "__args__") and type(None) in model.__args__:  # Section | None
            model = model.__args__[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _message(error: Any) -> str:
    """What is wrong with a value, in the words of who writes params.yaml."""
    kind, context = error["type"], error.get("ctx", {})
    if kind in ("model_type", "dict_type"):
        return "must be a mapping of keys to values"
    if kind == "too_short":
        return f"needs {context['min_length']} or more"
    if context.get("pattern") == NAME:
        return "names are of letters, digits, _, + and -, and begin with a letter or digit"
    if context.get("pattern") == PATH:
        return "must be a path without braces, which Snakemake takes for wildcards (rename it, or make a link to it)"
    return str(error["msg"]).replace("Input should be", "must be")


def _sentence(root: Any, error: Any) -> str:
    # pydantic's own steps, into a mapping's key or a kind of value, are no keys of params.yaml
    path = tuple(p for p in error["loc"] if not str(p).startswith(("[key]", "literal[", "list[")))
    key = ".".join(map(str, path))
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{nearest(str(path[-1]), _known_keys(root, path[:-1]))}"
    if error["type"] == "missing":
        return f"{key}: missing"
    if error["type"] == "value_error":
        return f"{key}: ".removeprefix(": ") + error["msg"].removeprefix("Value error, ")
    return f"{key}: {_message(error)}, found {error['input']!r}"


def parse_section(model: type[T], values: Mapping[str, Any], where: str) -> T:
    """Check `values` against a section's type.

    Raises CocktailError naming `where`, each wrong key, and the nearest right name or allowed range.
    """
    try:
        return model.model_validate(values)
    except ValidationError as e:
        problems = "\n  ".join(_sentence(model, error) for error in e.errors())
        raise CocktailError(f"{where}:\n  {problems}") from None
