"""A class of a model, as a person says it: by its name or by its number."""

import re
from collections.abc import Sequence
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import nearest


def find_class(asked: str | None, names: Sequence[str], what: str, option: str = "--class") -> int:
    """The index of a class: by its name, else by its number from 0; the only one if nothing is asked.

    names: of all classes, in order. Raises CocktailError where there is no such class, or where several are and none
    is asked for: `what` says of which model, and `option` how to ask.
    """
    if not asked:
        if len(names) == 1:
            return 0
        raise CocktailError(
            f"{option}: expected one of {', '.join(names)} ({what}), found none; say which, by name or by number from 0"
        )
    if asked in names:
        return names.index(asked)
    if asked.isdecimal() and int(asked) < len(names):
        return int(asked)
    hint = "" if numbered(names) or asked.isdecimal() else nearest(asked, names)
    raise CocktailError(f"{option}: expected 0 to {len(names) - 1} ({what}), found {asked}{hint}")


def is_name(told: Any) -> bool:
    """Whether a class may be named so: files are named after it, so a path is no name."""
    return isinstance(told, str) and re.fullmatch(r"(?!\.)[^/\\\x00-\x1f]+", told) is not None


def numbered(names: Sequence[str]) -> bool:
    """Have classes no names but their numbers?"""
    return list(names) == [str(k) for k in range(len(names))]
