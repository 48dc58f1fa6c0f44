"""How the real images of a dataset are read."""

from typing import Annotated, Literal

from PIL import ImageColor
from pydantic import AfterValidator, Field

from gan_cocktail.params.base import Section

Anchor = Literal["centre", "top", "bottom", "left", "right"]


def _colour(name: str) -> str:
    try:
        known = len(ImageColor.getrgb(name)) == 3
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"expected an opaque colour such as white, black or '#808080', found {name!r}")
    return name


class ReadingParams(Section):
    """How the real images of a dataset are read."""

    background: Annotated[str, AfterValidator(_colour)] = Field(
        "white", description="what transparent images are laid over, and padding is of: a name, or '#rrggbb'"
    )
    fit: Literal["crop", "pad"] = Field(
        "crop", description="images that are not square: crop to the shorter side, or pad to the longer"
    )
    anchor: Anchor = Field("centre", description="what part cropping keeps, and where padding leaves the image")
    bits: int | None = Field(
        None, ge=8, le=16, description="depth of values in 16-bit files, 12: 0 to 4095; null: 16 if they reach into it"
    )
    label: Annotated[int, Field(ge=0)] | str | None = Field(
        None, description="read the images of this class alone, by index or name in dataset.json; null: all"
    )

    @property
    def colour(self) -> tuple[int, int, int]:
        """The background as RGB."""
        r, g, b, *_ = ImageColor.getrgb(self.background)
        return r, g, b
