"""What the verbs of applications share: options, a generator to draw with, a table of images to write."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from gan_cocktail import device
from gan_cocktail.checkpoints.classes import find_class, numbered
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.data.images import grid
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.generator import Generator
from gan_cocktail.provenance import describe
from gan_cocktail.reporting.grids import save_grid


def open_generator(path: Path) -> tuple[Generator, list[str]]:
    """A model's generator, on the device in use, and the names of its classes; an unconditional one has one."""
    model = load(path)
    return model.generator().to(device.pick()), model.class_names


def save_table(images: Tensor, out: Path, kind: str, parents: list[Path], **facts: Any) -> None:
    """Write a table of uint8 images [R, C, channels, H, W] as a grid, with its size and what made it."""
    rows, columns = images.shape[:2]
    pixels = grid(images.flatten(0, 1), columns).permute(1, 2, 0).numpy()
    info = describe(kind, rows=rows, columns=columns, **facts, parents=[parent(path) for path in parents])
    save_grid(pixels, out, info)


def read_classes(text: str, names: Sequence[str], *, at_least: int = 1, at_most: int | None = None) -> list[int]:
    """Classes from 'i,j,...', each by name or number and as many as asked; all of them if empty. Prints their names."""
    known = "" if numbered(names) else f" ({', '.join(names)})"
    count = f"{at_least}" if at_least == at_most else f"at least {at_least}"
    what = f"expected {count} of the model's {len(names)} classes{known}, counted from 0, such as 0,1; found {text!r}"
    asked = [name.strip() for name in text.split(",") if name] or [str(k) for k in range(len(names))]
    if not at_least <= len(asked) <= (at_most or len(asked)):
        raise CocktailError(f"--classes: {what}")
    try:
        classes = [find_class(name, names, "the model's classes") for name in asked]
    except CocktailError:
        raise CocktailError(f"--classes: {what}") from None
    print("classes:", ", ".join(names[k] for k in classes))
    return classes
