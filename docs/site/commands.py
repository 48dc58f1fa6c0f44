"""The command line's page, from the verbs' own signatures."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from markup import row, table
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

from gan_cocktail.cli import VERBS

HEAD = """# Command line

`gan-cocktail VERB --help` says the same. What a person calls comes first; the others are steps of the
pipeline, most of them a rule each, which calls them.
"""
TYPES = {Path: "PATH", int: "INTEGER", float: "NUMBER", str: "TEXT"}


@dataclass(frozen=True)
class Parameter:
    """An argument or option of a verb."""

    name: str
    kind: Any  # the type of its value
    default: Any  # inspect.Parameter.empty: it has to be given
    info: ParameterInfo

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is inspect.Parameter.empty

    @property
    def several(self) -> bool:
        """Whether it takes several values."""
        return get_origin(_plain(self.kind)) is list

    @property
    def typed(self) -> str:
        """As it is typed: MODEL, --out PATH, --real."""
        if isinstance(self.info, ArgumentInfo):
            return self.name.upper() + "..." * self.several
        told = (self.info.default, *(self.info.param_decls or ()))  # typer takes a name in the place of a default
        said = next((name for name in told if isinstance(name, str) and name.startswith("--")), "")
        option, kind = said or f"--{self.name.replace('_', '-')}", _plain(self.kind)
        each = get_args(kind)[0] if self.several else kind
        if each is bool:
            return option
        value = "|".join(get_args(each)) if get_origin(each) is Literal else TYPES[each]
        return f"{option} {value}" + "..." * self.several

    @property
    def unless_given(self) -> str:
        """What it is then, and within which bounds a value lies."""
        if self.required:
            return "*required*"
        bounds = [f"{sign} {end}" for sign, end in (("≥", self.info.min), ("≤", self.info.max)) if end is not None]
        default = "" if self.default in (None, "", False) else f"`{self.default}`"
        return ", ".join([*[default] * bool(default), *bounds])


def page() -> str:
    """Markdown: a section a verb, with all its arguments and options."""
    return HEAD + "".join(_verb(verb) for verb in VERBS)


def _verb(verb: str) -> str:
    function, name = getattr(import_module(f"gan_cocktail.cli.{verb}"), verb), verb.replace("_", "-")
    found = sorted(parameters(function), key=lambda each: isinstance(each.info, OptionInfo))
    usage = " ".join(["gan-cocktail", name, *(each.typed for each in found if each.required)])
    rows = [row(f"`{each.typed}`", each.unless_given, each.info.help or "") for each in found]
    return f"\n## {name}\n\n{function.__doc__}\n\n```text\n{usage}\n```\n\n{table(['', 'unless given', ''], rows)}"


def parameters(verb: Any) -> Iterator[Parameter]:
    """A verb's arguments and options, in order."""
    hints = get_type_hints(verb, include_extras=True)
    for name, parameter in inspect.signature(verb).parameters.items():
        kind, *told = get_args(hints[name])
        (info,) = (each for each in told if isinstance(each, ParameterInfo))
        yield Parameter(name, kind, parameter.default, info)


def _plain(kind: Any) -> Any:
    """The type of a value that is there: without None."""
    if get_origin(kind) in (Union, UnionType):
        (kind,) = (each for each in get_args(kind) if each is not type(None))
    return kind
