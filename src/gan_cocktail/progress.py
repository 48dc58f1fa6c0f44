"""How far a step is, on a terminal."""

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.progress import track

T = TypeVar("T")


def tracked(parts: Iterable[T], number: int, what: str) -> Iterator[T]:
    """The parts, `number` of them, with a bar and the time left; no bar for one alone, or where nobody looks."""
    yield from track(parts, what, number, transient=True, disable=number < 2 or not sys.stdout.isatty())
