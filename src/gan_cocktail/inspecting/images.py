"""Zips and folders of images that a person gives for a source."""

from pathlib import Path
from typing import Literal

from PIL import Image

from gan_cocktail.data.files import SUFFIXES, File, files_of
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.files import Images


def read_images(name: str, path: Path, key: Literal["images", "dataset"]) -> Images:
    """How many images there are, and how small; CocktailError if there are none, or it is no zip or folder.

    Those that cannot be read are left to the step that reads them, which lists them all.
    """
    with files_of(path) as files:
        sides = [_side(file) for file in files.images] if key == "dataset" else []
        n = len(files.images)
    if not n:
        raise CocktailError(f"{path}: no images in it; expected files ending in {', '.join(SUFFIXES)}")
    return Images(name, path, key, n, min(filter(None, sides), default=0))


def _side(file: File) -> int:
    """The shorter side of an image, in pixels, by its first bytes; 0 if they do not tell."""
    try:
        with file.open() as opened, Image.open(opened) as image:
            return min(image.size)
    except Exception:  # UnreadableError, and of damaged files Pillow raises nearly anything
        return 0
