"""gan-cocktail provenance: what a file was made from, down to the sources."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from gan_cocktail.ancestry import GONE, OTHER, Ancestor, ancestry
from gan_cocktail.errors import CocktailError
from gan_cocktail.terminal import harmless

ELSEWHERE = ("kind", "parents", "settings", "versions")  # told in another place
LONGEST = 100  # characters of a value in the tree; --json has all


def provenance(
    file: Annotated[Path, typer.Argument(help="A model, dataset, grid, evaluation, ... that this project made.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Compare every file with the SHA-256 that what was made from it recorded.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print the tree of what a file was made from: parents, settings, seeds, versions.

    Paths are those of the folder in which it was made: run it there.
    """
    found = ancestry(file, verify)
    if as_json:
        typer.echo(json.dumps(found.facts(), indent=1))
    else:
        Console(soft_wrap=True, highlight=False).print(_tree(found, set()))
    if verify:
        _judge(file, found)


def _judge(file: Path, found: Ancestor) -> None:
    """Say which files are not here; CocktailError if one is another than what was made from it says."""
    gone, other = (dict.fromkeys(e.path for e in found.walk() if e.state == state) for state in (GONE, OTHER))
    if gone:
        print(f"not here, so not verified: {', '.join(gone)}", file=sys.stderr)
    if other:
        raise CocktailError(
            f"{file}: expected files as they were when it was made, found others in their place: {', '.join(other)}; "
            "make it again from these, or bring back those"
        )


def _tree(each: Ancestor, seen: set[int], tree: Tree | None = None) -> Tree:
    """A branch a parent; what was there already is not told again."""
    again = id(each) in seen and bool(each.parents)
    label = Text("\n".join(_lines(each, again)))
    branch = Tree(label) if tree is None else tree.add(label)
    seen.add(id(each))
    for parent in () if again else each.parents:
        _tree(parent, seen, branch)
    return branch


def _lines(each: Ancestor, again: bool) -> list[str]:
    """A file: where and whether it is; what it is; its recipe; what made it."""
    place = harmless(each.path)
    first = "  ".join(part for part in (place, each.sha256[:12], each.state, "as above" * again) if part)
    if again or not each.info:
        return [first]
    told = {key: value for key, value in each.info.items() if key not in ELSEWHERE and _short(value)}
    lines = [", ".join([str(each.info.get("kind", "of unknown kind")), *(f"{k} {_said(v)}" for k, v in told.items())])]
    for key in ("settings", "versions"):
        values = each.info.get(key)
        if isinstance(values, dict):
            lines.append(f"{key}: " + ", ".join(f"{k} {_said(v)}" for k, v in values.items()))
    return [first, *(harmless(line) for line in lines)]


def _short(value: Any) -> bool:
    empty = value is None or value is False or value in ("", [], {})
    return not empty and len(str(value)) <= LONGEST


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
