"""What a format gives: the networks of a file, by our names, still unread."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gan_cocktail.checkpoints.pickles.errors import Unreadable
from gan_cocktail.checkpoints.pickles.storages import TensorView

TAPS = np.array([1, 3, 3, 1]) / 8
FILTER = np.outer(TAPS, TAPS)
MAX_NOTES = 20  # of a kind


@dataclass(frozen=True)
class Weight:
    """A tensor of the file and what makes it ours: scale * tensor + shift, after a flip of the last two axes."""

    view: TensorView
    scale: float = 1.0
    shift: float = 0.0
    flipped: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""
        return self.view.shape

    def read(self) -> np.ndarray[Any, Any]:
        """In float32."""
        values = self.view.read()
        if self.flipped:
            values = values[..., ::-1, ::-1].copy()
        if (self.scale, self.shift) != (1.0, 0.0):
            with np.errstate(all="ignore"):  # what becomes infinite is refused with its name
                values = (values * self.scale + self.shift).astype(np.float32)
        return values


@dataclass
class Part:
    """One network of a file.

    called: what the file calls it. tensors: by our names. settings: what the file says of settings, by the names of
    NetworkParams; those that shapes show too are checked against them. names: the file's names of tensors by ours,
    where they differ. zeros: tensors that are zero whether the file has them or not. drawn: those that it may lack,
    and that are then drawn at random.
    """

    called: str
    tensors: dict[str, Weight]
    settings: dict[str, Any] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    zeros: set[str] = field(default_factory=set)
    drawn: set[str] = field(default_factory=set)

    def name(self, ours: str) -> str:
        """A tensor as the file calls it."""
        theirs = self.names.get(ours)
        return f"{self.called}.{ours}" if theirs is None else f"{self.called}.{theirs}"


@dataclass
class Found:
    """The networks of a file and what is to be said of it.

    notes: JSON-able provenance, such as what was `dropped` and what is `assumed`.
    """

    format: str
    G: Part
    D: Part | None = None
    notes: dict[str, list[str]] = field(default_factory=dict)

    def note(self, kind: str, what: str) -> None:
        """Say one thing more of a kind; of many, the first."""
        said = self.notes.setdefault(kind, [])
        if len(said) < MAX_NOTES:
            said.append(what)


@dataclass(frozen=True)
class Format:
    """How one program's files are told, and read."""

    name: str
    matches: Callable[[Any], bool]
    read: Callable[[Any], Found]


def check_filter(view: TensorView | None, name: str, gain: float = 1.0) -> None:
    """Refuse resampling filters other than [1, 3, 3, 1], the only one here."""
    if view is None or view.shape != (4, 4) or not np.allclose(view.read(), FILTER * gain, rtol=1e-4, atol=1e-6):
        raise Unreadable(
            f"{name} is not the filter [1, 3, 3, 1]: a network with another resample_filter cannot be represented here"
        )


def agreed(values: list[tuple[str, Any]], setting: str) -> Any:
    """The one value that all layers name for a setting; Unreadable names two that differ."""
    if not values:
        raise Unreadable(f"no layer says its {setting}, as those of StyleGAN2 do")
    first_name, first = values[0]
    for name, value in values[1:]:
        if value != first:
            raise Unreadable(
                f"its layers differ in {setting} ({first_name}: {first}, {name}: {value}), which cannot be represented "
                "here"
            )
    return first
