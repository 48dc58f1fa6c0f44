"""What Snakemake remembers of each output, in .snakemake/metadata (its format 6)."""

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(".snakemake")


def locked(paths: Iterable[str]) -> bool:
    """Whether a run is making any of these outputs, or was killed and left its locks.

    Another experiment's run locks other outputs, and is in nobody's way.
    """
    lists = [lock.read_text().splitlines() for lock in FOLDER.glob("locks/*.output.lock")]
    return not set(paths).isdisjoint(path for lines in lists for path in lines)


def is_foreign(path: str) -> bool:
    """Whether an output is there that is not, by its time, the one that Snakemake recorded."""
    return os.path.lexists(path) and not is_own(path)


def is_own(path: str) -> bool:
    """Whether an output is there, as Snakemake recorded it."""
    try:
        return bool(json.loads(_record(path).read_text())["endtime"] == os.lstat(path).st_mtime)
    except (OSError, ValueError, KeyError):
        return False


def made_since(time: float, paths: Iterable[str]) -> bool:
    """Whether a job has ended since, by the times of its outputs."""
    return any(os.path.lexists(path) and os.lstat(path).st_mtime >= time for path in paths)


def forget(path: str) -> None:
    """Make Snakemake run the job of an output again: no record, and older than any input."""
    _record(path).unlink(missing_ok=True)
    os.utime(path, (1, 1), follow_symlinks=False)


def _record(path: str) -> Path:
    key, longest = base64.urlsafe_b64encode(path.encode()).decode(), os.pathconf(".", "PC_NAME_MAX") - 1
    parts = [key[i : i + longest] for i in range(0, len(key), longest)]
    return FOLDER.joinpath("metadata", *(f"@{part}" for part in parts[:-1]), parts[-1])
