"""How figures look."""

from typing import Annotated, Literal

from pydantic import Field

from gan_cocktail.params.base import Section

PaletteName = Literal["okabe-ito", "tol-bright", "tol-muted"]
Colour = Annotated[str, Field(pattern="^#[0-9A-Fa-f]{6}$")]


class FigureParams(Section):
    """How figures look."""

    columns: int = Field(8, ge=1, le=16, description="images a domain and row in sample grids")
    dpi: int = Field(200, ge=50, le=1200, description="resolution of PNG figures, dots per inch")
    width: float = Field(6.5, ge=2.5, le=20, description="figure width, inches: that of the column it is printed in")
    font: str = Field("DejaVu Sans", min_length=1, description="font family; it must be installed")
    font_size: float = Field(8, ge=6, le=20, description="of all text, points")
    palette: PaletteName | Annotated[list[Colour], Field(min_length=1)] = Field(
        "okabe-ito", description="colours of lines: a colour-blind safe set by name, or a list such as ['#0072b2']"
    )
