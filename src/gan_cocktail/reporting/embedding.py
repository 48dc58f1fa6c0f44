"""Figures inside a page: data URIs with their size."""

import base64
import io
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import require

QUALITY = 85  # of a figure as WebP: a third of the PNG, and no difference to the eye
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
    """Read an image (PNG, JPEG, WebP, GIF or SVG) into a data URI; CocktailError if it is none of these.

    A PNG as wide as a figure becomes WebP, unless that is larger.
    """
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("image/"):
        raise CocktailError(f"--figure: expected an image such as .png, found {path}; PDF cannot be embedded")
    content = require(path).read_bytes()
    if kind == "image/svg+xml":
        return Embedded(section, caption, _uri(kind, content), None, None)
    try:
        with Image.open(path) as image:
            if kind == "image/png" and image.width >= SMALL and len(webp := _webp(image)) < len(content):
                kind, content = "image/webp", webp
            return Embedded(section, caption, _uri(kind, content), *image.size)
    except OSError as e:
        raise CocktailError(f"{path}: expected an image, found a file that cannot be read ({e})") from None


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "WEBP", quality=QUALITY, method=6)
    return buffer.getvalue()


def _uri(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
