"""Sample grids on disk: PNG files that carry their provenance as text."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic, require


def save_grid(image: np.ndarray, path: Path, info: dict[str, Any]) -> None:
    """Write a uint8 image [H, W, 1 or 3] as PNG, atomically."""
    text = PngInfo()
    text.add_text("info", json.dumps(info))
    with atomic(path) as temporary:
        Image.fromarray(image if image.shape[2] == 3 else image[:, :, 0]).save(temporary, "png", pnginfo=text)


def load_grid(path: Path) -> np.ndarray:
    """The grid as RGB uint8 [H, W, 3]; CocktailError if there is none."""
    try:
        with Image.open(require(path)) as image:
            return np.asarray(image.convert("RGB"))
    except OSError as e:
        raise CocktailError(f"{path}: expected an image, found a file that cannot be read ({e})") from None
