"""GAN Cocktail: merge pretrained GANs into one conditional GAN, without their training data."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gan_cocktail.checkpoints.model import Model
    from gan_cocktail.exporting.hub import UnionGAN

__version__ = "0.1.0"


def load(path: str | PathLike[str]) -> "Model":
    """The model in a file, of this project or of another program; its content tells which, not its name.

    CocktailError says in one sentence what is wrong with a file that cannot be read. Nothing in a file is ever run.
    """
    from gan_cocktail.checkpoints.formats.table import describe

    describe(Path(path))  # before PyTorch is imported: a bad file costs neither its time nor its memory

    from gan_cocktail.checkpoints import model

    return model.load(Path(path))


def __getattr__(name: str) -> "type[UnionGAN]":
    """UnionGAN, whose module takes PyTorch's time to import, when it is asked for."""
    if name != "UnionGAN":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gan_cocktail.exporting.hub import UnionGAN

    return UnionGAN
