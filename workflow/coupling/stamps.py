"""Whether a file or folder was written to, told without reading it."""

import hashlib
import os
from collections.abc import Iterator, Mapping


def written_to(stamps: Mapping[str, str]) -> set[str]:
    """Those of these paths that were written to since their stamps were taken, or removed."""
    return {path for path, before in stamps.items() if stamp(path) != before}


def stamp(path: str) -> str:
    """Differs whenever a file, or one in a folder at any depth, was written, replaced, added or removed."""
    states = [f"{name} {_state(file)}" for name, file in files(path)]
    return hashlib.sha256("\n".join(states).encode(errors="surrogateescape")).hexdigest()


def _state(file: str) -> str:
    try:
        s = os.stat(file)
    except OSError:  # a broken link
        return "-"
    # ctime, which nobody can set: `cp -p` and `touch -r` put back the time, and models of one network are of one size
    return f"{s.st_mtime_ns} {s.st_ctime_ns} {s.st_size} {s.st_ino}"


def files(path: str) -> Iterator[tuple[str, str]]:
    """(name in the folder, path) of every file of a folder, sorted; of a file, itself; nothing if there is nothing."""
    if os.path.isdir(path):
        found = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
        yield from sorted((os.path.relpath(file, path), file) for file in found)
    elif os.path.lexists(path):
        yield "", path
