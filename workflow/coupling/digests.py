"""Digests of what code does: comments, docstrings and layout are left out, so that explaining it better reruns nothing.

They are the same under every version of Python that the project runs on, since dvc.lock goes from machine to machine.
"""

import ast
import hashlib
import io
import token
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from workflow.coupling.remembered import remembered

UNSAID = {tokenize.COMMENT, tokenize.NL, tokenize.ENCODING}  # tokens that change nothing
FSTRING_START, FSTRING_END = (getattr(token, f"FSTRING_{end}", -1) for end in ("START", "END"))  # since Python 3.12


def digest(path: Path) -> str:
    """Of a module the parsed tree, of a file of rules the tokens; of others (templates, styles) the bytes."""
    return _digest(path.suffix, path.read_bytes())


@cache
def _digest(suffix: str, source: bytes) -> str:
    return str(remembered(f"digest{suffix}", source, lambda: _computed(suffix, source)))


def _computed(suffix: str, source: bytes) -> str:
    said = {".py": _tree, ".smk": _tokens}.get(suffix, bytes)
    return hashlib.sha256(said(source)).hexdigest()[:16]


def _tree(source: bytes) -> bytes:
    return repr(_plain(ast.parse(source))).encode()


def _plain(node: Any) -> Any:
    """A tree as nested tuples, without what differs between versions of Python: empty fields, f-strings' empty ends."""
    if isinstance(node, list):
        return [_plain(item) for item in node if not _is_remark(item)]
    if isinstance(node, ast.JoinedStr):
        return ["f", *(_plain(value) for value in node.values if getattr(value, "value", None) != "")]
    if not isinstance(node, ast.AST):
        return node
    fields = ((name, _plain(value)) for name, value in ast.iter_fields(node))
    return (type(node).__name__, *(field for field in fields if field[1] not in (None, [])))


def _is_remark(node: Any) -> bool:
    """Whether this is a string that stands by itself: a docstring, or what is written under an attribute."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _tokens(source: bytes) -> bytes:
    said = list(_said(source.decode()))
    if said[:1] and said[0][0] == tokenize.STRING:  # the file's docstring
        said = said[2:]
    return repr([text for _, text in said]).encode()


def _said(source: str) -> Iterator[tuple[int, str]]:
    """Tokens of Snakemake's language, whose own parser goes by these, with indentation as such and f-strings whole."""
    lines, depth, start = source.splitlines(keepends=True), 0, (0, 0)
    for found in tokenize.generate_tokens(io.StringIO(source).readline):
        if found.type == FSTRING_START:
            start, depth = (found.start if depth == 0 else start), depth + 1
        elif found.type == FSTRING_END:
            depth -= 1
            if depth == 0:
                yield tokenize.STRING, _between(lines, start, found.end)
        elif depth == 0 and found.type not in UNSAID:
            layout = found.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE)
            yield found.type, token.tok_name[found.type] if layout else found.string


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text between two places, (row from 1, column)."""
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    first, last = lines[start[0] - 1][start[1] :], lines[end[0] - 1][: end[1]]
    return "".join([first, *lines[start[0] : end[0] - 1], last])
