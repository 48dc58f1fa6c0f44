"""What the verbs of applications share: a generator to draw with, and a table of images to write."""

from pathlib import Path
from typing import Any

from torch import Tensor

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.data.images import grid
from gan_cocktail.networks.generator import Generator
from gan_cocktail.provenance import describe
from gan_cocktail.reporting.grids import save_grid


def open_generator(path: Path) -> tuple[Generator, int]:
    """A model's generator, on the device in use, and its number of classes; an unconditional one has one."""
    G = load(path).generator().to(device.pick())
    return G, max(G.c_dim, 1)


def save_table(images: Tensor, out: Path, kind: str, parents: list[Path], **facts: Any) -> None:
    """Write a table of uint8 images [R, C, channels, H, W] as a grid, with its size and what made it."""
    rows, columns = images.shape[:2]
    pixels = grid(images.flatten(0, 1), columns).permute(1, 2, 0).numpy()
    info = describe(kind, rows=rows, columns=columns, **facts, parents=[parent(path) for path in parents])
    save_grid(pixels, out, info)
