"""Sample grids on disk: PNG files that carry their provenance as text."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from torch import Tensor

from gan_cocktail.files import atomic, require


def save_grid(image: Tensor, path: Path, info: dict[str, Any]) -> None:
    """Write a uint8 image [C, H, W] as PNG, atomically."""
    array = image.permute(1, 2, 0).numpy()
    text = PngInfo()
    text.add_text("info", json.dumps(info))
    with atomic(path) as temporary:
        Image.fromarray(array if array.shape[2] == 3 else array[:, :, 0]).save(temporary, "png", pnginfo=text)


def load_grid(path: Path) -> np.ndarray:
    """The grid as RGB uint8 [H, W, 3]."""
    with Image.open(require(path)) as image:
        return np.asarray(image.convert("RGB"))
