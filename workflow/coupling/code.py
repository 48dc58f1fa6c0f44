"""The code that a rule runs: its verb's module and all that this imports from the library.

Packages' `__init__` files are left out: they hold no code but the command line's dispatch.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import gan_cocktail
from workflow.coupling.digests import digest
from workflow.coupling.remembered import remembered

LIBRARY = Path(gan_cocktail.__file__).parent
RULES = Path(__file__).parents[1] / "rules"


def code(verb: str) -> list[str]:
    """`module digest` of each module, for a rule's params: an edit reruns what runs it, and Snakemake names it."""
    return [f"{path.relative_to(LIBRARY)} {digest(path)}" for path in modules(verb)]


def manifest(rule: str) -> str:
    """The same and the rule's own file, for DVC: a line a file, its digest first."""
    file, verb = _definition(rule)
    named = [(f"rules/{file.name}", file), *((str(m.relative_to(LIBRARY.parent)), m) for m in modules(verb))]
    return "".join(f"{digest(path)}  {name}\n" for name, path in named)


def modules(verb: str) -> list[Path]:
    """The library's modules that a verb runs, and the templates that these fill in, sorted."""
    found: set[Path] = set()
    left = [_verb(verb)]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            source = path.read_bytes()
            left += _imports(source)
            if b"PackageLoader" in source:
                found.update(path.parent.glob("*.j2"), path.parent.glob("*.css"))
    return sorted(found)


def _verb(name: str) -> Path:
    return LIBRARY / "cli" / f"{name}.py"


@cache
def _definition(rule: str) -> tuple[Path, str]:
    """The file of a rule, and its verb: of its own name, or of the rule that it is taken from."""
    for path in sorted(RULES.glob("*.smk")):
        found = re.search(rf"^ *rule {rule}:|^use rule (\w+) as {rule} with:", path.read_text(), re.MULTILINE)
        if found:
            return path, rule if _verb(rule).exists() else found.group(1)
    raise LookupError(f"no rule {rule} in {RULES}")


@cache
def _imports(source: bytes) -> list[Path]:
    names = remembered(
        "imports", source, lambda: sorted({n for n in _names(source) if n.startswith(gan_cocktail.__name__)})
    )
    return [module for name in names if (module := _module(name)) is not None]


def _names(source: bytes) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Import):
            yield from (name.name for name in node.names)


@cache
def _module(name: str) -> Path | None:
    package, *rest = name.split(".")
    path = LIBRARY.joinpath(*rest).with_suffix(".py")
    return path if package == gan_cocktail.__name__ and rest and path.is_file() else None
