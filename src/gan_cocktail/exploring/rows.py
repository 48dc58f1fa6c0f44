"""The row of pictures beside the picture: each is a State too, so whoever picks one goes there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch

from gan_cocktail.exploring.state import SPAN, State, at, only, plain_copy

CLASSES, INTERPOLATION, SWAP, NONE = "Classes", "A to B", "Layers", "None"
RESERVED = (CLASSES, INTERPOLATION, SWAP, NONE)
COLUMNS = 7  # of an interpolation, and of a direction
MOST = 9  # columns of a swap
TOLD = 12  # classes


@dataclass(frozen=True)
class Cell:
    """One picture of a row: its caption, and what it shows."""

    caption: str
    state: State


def kinds(names: Sequence[str], directions: Sequence[str]) -> list[str]:
    """The rows that there are for a model with classes `names`."""
    return [*([CLASSES] if len(names) > 1 else []), INTERPOLATION, SWAP, *directions, NONE]


def row(kind: str, state: State, names: Sequence[str], directions: Sequence[str], num_ws: int) -> list[Cell]:
    """The cells of a row about a state; none of kind NONE."""
    plain = plain_copy(state, num_ws)
    if kind == CLASSES:
        return [Cell(name, replace(plain, shares=only(k, len(names)))) for k, name in enumerate(names)][:TOLD]
    if kind == INTERPOLATION:
        return [Cell(_place(t), replace(plain, toward=t)) for t in _spread(0, 1, COLUMNS)]
    if kind == SWAP:
        counts = sorted({round(k) for k in _spread(0, num_ws, min(num_ws + 1, MOST))})
        return [Cell(f"{k} of A", replace(plain, layers=k)) for k in counts]
    if kind in directions:
        i = list(directions).index(kind)
        steps = _spread(-SPAN, SPAN, COLUMNS)
        return [Cell(f"{step:+g}" if step else "0", replace(state, steps=at(state.steps, i, step))) for step in steps]
    return []


def _spread(low: float, high: float, n: int) -> list[float]:
    return torch.linspace(low, high, n, dtype=torch.float64).tolist()


def _place(toward: float) -> str:
    return {0.0: "A", 1.0: "B"}.get(toward, f"{toward:.0%}")
