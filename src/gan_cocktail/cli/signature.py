"""What a verb's help needs, without what its work needs: PyTorch takes seconds to import."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any


def signature(file: Path, verb: str, *, parameters: bool = True) -> Callable[..., None]:
    """The function `verb` of a module, with its parameters (unless they are not wanted) and docstring and no body.

    Of the module's imports and assignments only those are run that the parameters refer to.
    """
    module = ast.parse(file.read_text(encoding="utf-8"))
    function = next(each for each in module.body if isinstance(each, ast.FunctionDef) and each.name == verb)
    function.body = function.body[:1]  # the docstring
    if not parameters:
        function.args = ast.parse("lambda: 0", mode="eval").body.args  # type: ignore[attr-defined]
    wanted = _names(function)
    kept: list[ast.stmt] = [function]
    for statement in reversed(module.body):
        if part := _wanted(statement, wanted):
            wanted |= _names(part)
            kept.insert(0, part)
    module.body = kept
    found: dict[str, Any] = {}
    exec(compile(module, file, "exec"), found)  # noqa: S102 - a file of this package
    return found[verb]


def _names(tree: ast.AST) -> set[str]:
    """All names that it refers to."""
    return {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}


def _wanted(statement: ast.stmt, names: set[str]) -> ast.stmt | None:
    """An import, of the names alone, or an assignment to one of them; None of others."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        statement.names = [each for each in statement.names if (each.asname or each.name) in names]
        return statement if statement.names else None
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return statement if any(isinstance(each, ast.Name) and each.id in names for each in targets) else None
