"""Figures inside a page: data URIs with their size."""

import base64
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import require

SMALL = 640  # pixels: a narrower image is a raw sample grid, shown enlarged with sharp pixels


@dataclass(frozen=True)
class Embedded:
    """One image of a page."""

    section: str
    caption: str
    uri: str
    width: int | None  # pixels; None: not a raster image
    height: int | None

    @property
    def small(self) -> bool:
        """Whether it is a raw sample grid."""
        return self.width is not None and self.width < SMALL


def embed(section: str, caption: str, path: Path) -> Embedded:
    """Read an image (PNG, JPEG, WebP, GIF or SVG) into a data URI; CocktailError if it is none of these."""
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("image/"):
        raise CocktailError(f"--figure: expected an image such as .png, found {path}; PDF cannot be embedded")
    uri = f"data:{kind};base64,{base64.b64encode(require(path).read_bytes()).decode()}"
    if kind == "image/svg+xml":
        return Embedded(section, caption, uri, None, None)
    try:
        with Image.open(path) as image:
            return Embedded(section, caption, uri, *image.size)
    except OSError as e:
        raise CocktailError(f"{path}: expected an image, found a file that cannot be read ({e})") from None
