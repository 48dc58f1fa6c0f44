"""One image file as pixels: depth, transparency, orientation, shape and size settled, and what was done told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

from gan_cocktail.data.files import UnreadableError
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.recognise import kind_of

MAX_PIXELS = 100_000_000  # of one file: 300 MB as RGB
BITS, PHOTOMETRIC = 258, 262  # tags of TIFF
WHITE_IS_ZERO = 0  # a photometric value that Pillow minds in files of 8 bits alone
PLACES = {"centre": (0.5, 0.5), "top": (0.5, 0.0), "bottom": (0.5, 1.0), "left": (0.0, 0.5), "right": (1.0, 0.5)}
SCALES = {"L;2": 85, "L;4": 17}  # of grey PNGs of few bits: the transparent value is told unscaled

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Decoded:
    """One image as it is trained on, and what became of it."""

    pixels: Pixels  # [H, W, C]
    size: tuple[int, int]  # as it was, upright: width, height
    side: int  # of the square that it was cropped or padded to, before it was reduced or enlarged
    transparent: bool  # laid over the background
    peak: int | None  # highest value of a file whose depth of 16 bits is taken on trust
    frames: int


@dataclass(frozen=True)
class _Origin:
    """What a file says of its pixels before they are read."""

    rawmode: str
    bits: int  # a channel
    inverted: bool

    @classmethod
    def of(cls, image: Image.Image) -> "_Origin":
        tile = getattr(image, "tile", [])
        arguments = tile[0][3] if tile else ""
        rawmode = str(arguments[0] if isinstance(arguments, tuple) and arguments else arguments)
        tags = getattr(image, "tag_v2", {})
        deep = 16 if ";16" in rawmode or image.mode.startswith("I") else 8
        return cls(rawmode, max(tags.get(BITS, (deep,))), deep == 16 and tags.get(PHOTOMETRIC) == WHITE_IS_ZERO)


def decode(
    opened: BinaryIO, resolution: int, channels: int, reading: ReadingParams, *, enlarge: bool = False
) -> Decoded:
    """Read one image; UnreadableError says why it cannot be.

    The first frame of several; turned upright; values scaled to 8 bits; transparency laid over the background;
    cropped or padded to a square; reduced to `resolution`. enlarge: whether smaller ones are enlarged, or refused.
    """
    with _UNLIMITED, _reasons(opened):
        image: Image.Image = Image.open(opened)
        if image.width * image.height > MAX_PIXELS:
            raise UnreadableError(
                f"{image.width}x{image.height} pixels are more than the {MAX_PIXELS:,} that are read; reduce it first"
            )
        frames, origin = int(getattr(image, "n_frames", 1)), _Origin.of(image)
        image, peak = _eight_bits(ImageOps.exif_transpose(image), origin, reading.bits)
        image, transparent = _opaque(image, origin, reading.colour)
        image = image.convert("L" if channels == 1 else "RGB")
        size, side = image.size, _side(image.size, 0 if enlarge else resolution, reading)
        pixels = np.asarray(_fit(image, side, resolution, reading)).reshape(resolution, resolution, channels)
    return Decoded(pixels, size, side, transparent, peak, frames)


class _Unlimited:
    """Pillow's own limit, a warning at one size and an error at another, gives way to MAX_PIXELS.

    The limit is one for all threads: the first that enters takes it away, the last that leaves puts it back.
    """

    def __init__(self) -> None:
        self.lock, self.inside = Lock(), 0

    def __enter__(self) -> None:
        with self.lock:
            if not self.inside:
                self.before = Image.MAX_IMAGE_PIXELS
                Image.MAX_IMAGE_PIXELS = None
            self.inside += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1
            if not self.inside:
                Image.MAX_IMAGE_PIXELS = self.before


_UNLIMITED = _Unlimited()


@contextmanager
def _reasons(opened: BinaryIO) -> Iterator[None]:
    """Turn whatever Pillow's decoders raise, and they raise nearly anything of damaged files, into a reason."""
    try:
        yield
    except UnreadableError:
        raise
    except UnidentifiedImageError:
        kind = kind_of(opened)
        damaged = ", damaged" if kind.endswith(" image") else ""
        raise UnreadableError(f"not a readable image ({kind}{damaged})") from None
    except Exception as e:
        raise UnreadableError(f"not a readable image: cut off or damaged ({e})") from None


def _eight_bits(image: Image.Image, origin: _Origin, bits: int | None) -> tuple[Image.Image, int | None]:
    """The image in 8 bits a channel; and the highest value, if only that tells whether 16 bits are its range."""
    if image.mode == "F":
        raise UnreadableError("32-bit floats, whose range is not known; convert it to 8 or 16 bits")
    if image.mode.startswith("I"):
        return _grey(image, origin, bits)
    if origin.bits <= 8:
        return image, None
    if bits and bits < 16:  # Pillow has kept the upper 8 of 16 bits
        raise UnreadableError(f"colour of 16 bits is read by its upper 8, which says little at bits: {bits}; scale it")
    if "transparency" in image.info:
        raise UnreadableError("one of its 16-bit colours is transparent; give it an alpha channel, or 8 bits")
    colours = image.getextrema()[:3]
    return image, None if bits else 257 * int(max(high for _, high in colours))  # type: ignore[misc]


def _grey(image: Image.Image, origin: _Origin, bits: int | None) -> tuple[Image.Image, int | None]:
    """Grey values of more than 8 bits, scaled: 0 to 0, the highest of their depth to 255."""
    values = np.asarray(image).astype(np.int32)
    known = bits or (origin.bits if origin.bits < 16 else None)
    limit, low, high = 2 ** (known or 16) - 1, int(values.min()), int(values.max())
    if low < 0 or high > 65535:
        raise UnreadableError(f"integers from {low:,} to {high:,}, whose range is not known; convert it to 16 bits")
    if high > limit:
        raise UnreadableError(f"a value of {high:,} does not fit {known} bits (0 to {limit:,})")
    scaled = (values * 255 // limit).astype(np.uint8)
    grey = Image.fromarray(255 - scaled if origin.inverted else scaled)
    if "transparency" in image.info:
        shown = values != image.info["transparency"]
        grey = Image.merge("LA", (grey, Image.fromarray(shown.astype(np.uint8) * 255)))
    return grey, None if known else high


def _opaque(image: Image.Image, origin: _Origin, colour: tuple[int, int, int]) -> tuple[Image.Image, bool]:
    """The image over a background, and whether any of it shows through."""
    if image.mode in ("La", "RGBa"):  # colours multiplied by alpha
        image = image.convert(image.mode.upper())
    if not image.has_transparency_data:
        return image, False
    if origin.rawmode in SCALES:
        image.info["transparency"] *= SCALES[origin.rawmode]
    layer = image.convert("RGBA")
    canvas = Image.new("RGBA", layer.size, colour)
    canvas.alpha_composite(layer)
    least, _ = layer.getchannel("A").getextrema()
    return canvas.convert("RGB"), bool(least < 255)  # type: ignore[operator]


def _side(size: tuple[int, int], least: int, reading: ReadingParams) -> int:
    """Of the square that an image becomes; UnreadableError if it is less than `least`."""
    side = min(size) if reading.fit == "crop" else max(size)
    if side < least:
        raise UnreadableError(
            f"{size[0]}x{size[1]} pixels are fewer than the network's {least}; use larger images or a smaller "
            "img_resolution"
        )
    return side


def _fit(image: Image.Image, side: int, resolution: int, reading: ReadingParams) -> Image.Image:
    """The image as a square of `resolution`, reduced or enlarged if it is of another size."""
    size, x, y = (resolution, resolution), *PLACES[reading.anchor]
    if reading.fit == "pad" and image.width != image.height:
        colour = ImageColor.getcolor(reading.background, image.mode)
        return ImageOps.pad(image, size, Image.Resampling.LANCZOS, colour, (x, y))
    left, top = int((image.width - side) * x), int((image.height - side) * y)
    square = image.crop((left, top, left + side, top + side)) if image.width != image.height else image
    return square if side == resolution else square.resize(size, Image.Resampling.LANCZOS)
