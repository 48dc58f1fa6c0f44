"""What an export is asked for, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gan_cocktail.checkpoints.model import Model


@dataclass(frozen=True)
class Export:
    """One way to write a model.

    write: model, file -> sentences about what the other program will do otherwise; CocktailError if the format cannot
    hold the model. one_class: whether it holds one class alone, so that a union becomes several files.
    """

    name: str
    what: str
    suffix: str
    one_class: bool
    write: Callable[[Model, Path], list[str]]
