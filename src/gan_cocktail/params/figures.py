"""How figures look."""

from pydantic import Field

from gan_cocktail.params.base import Section


class FigureParams(Section):
    """How figures look."""

    columns: int = Field(8, ge=1, le=16, description="images a domain and row in sample grids")
    dpi: int = Field(200, ge=50, le=1200, description="resolution of PNG figures, dots per inch")
    width: float = Field(6.5, ge=2.5, le=20, description="figure width, inches")
