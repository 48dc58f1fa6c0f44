"""Artifacts on disk: each appears complete or not at all, and is known by its SHA-256."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from gan_cocktail.errors import CocktailError

RESOURCE_FORKS = "__MACOSX"


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; rename it to `path` when the block ends well.

    Raises OSError, naming `path`, if it cannot be written; nothing of it is left then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    temporary = Path(name)
    try:
        os.close(handle)
        yield temporary
        with temporary.open("rb") as f:
            os.fsync(f.fileno())
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)  # mkstemp's files are private
        temporary.replace(path)
    except OSError as e:
        if e.filename in (None, name, temporary):  # a write knows no name, and that of the temporary says nothing
            raise OSError(e.errno, e.strerror or str(e), str(path)) from e
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write JSON atomically, stable and readable; NaN and infinities are refused (ValueError)."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON; CocktailError if the file is missing or broken."""
    try:
        return json.loads(require(path).read_text(encoding="utf-8"))
    except ValueError as e:
        raise CocktailError(f"{path}: expected JSON, found something else ({e}); check the path") from None


def read_text(path: Path) -> str:
    """Read a text file of UTF-8; CocktailError if it is missing or something else."""
    try:
        return require(path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise CocktailError(f"{path}: expected a text in UTF-8, found other bytes; check the path") from None


def require(path: Path) -> Path:
    """The path itself, or a CocktailError if nothing is there."""
    if not path.exists():
        raise CocktailError(f"{path}: no such file; check the path, or make the file with the verb that writes it")
    return path


def is_hidden(path: PurePath) -> bool:
    """Whether a file is left out of a folder or zip: by a name from there that begins with a dot, or is of macOS."""
    return any(part == RESOURCE_FORKS or (part[0] == "." and part not in (".", "..")) for part in path.parts)


def sha256(path: Path) -> str:
    """Hex digest of a file's content; of a folder's, of the names and contents of all files in it but hidden ones."""
    if require(path).is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        seen = [file for file in files if not is_hidden(file.relative_to(path))]
        lines = [f"{file.relative_to(path).as_posix()} {sha256(file)}" for file in seen]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()
    with path.open("rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()
