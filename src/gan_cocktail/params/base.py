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
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]*$")]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A part of params.yaml: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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
    return list(model.model_fields)


def _sentence(root: Any, where: str, error: Any) -> str:
    path = tuple(error["loc"])
    key = ".".join(str(p) for p in path) or where
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{nearest(str(path[-1]), _known_keys(root, path[:-1]))}"
    if error["type"] == "missing":
        return f"{key}: missing"
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("Input should be", "must be")
    if error["type"] == "value_error":
        return f"{key}: {message}"
    return f"{key}: {message}, found {error['input']!r}"


def parse_section(model: type[T], values: Mapping[str, Any], where: str) -> T:
    """Check `values` against a section's type.

    Raises CocktailError naming `where`, each wrong key, and the nearest right name or allowed range.
    """
    try:
        return model.model_validate(values)
    except ValidationError as e:
        problems = "\n  ".join(_sentence(model, where, error) for error in e.errors())
        raise CocktailError(f"{where}:\n  {problems}") from None
