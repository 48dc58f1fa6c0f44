"""How sources are drawn from."""

from typing import Literal

from pydantic import Field

from gan_cocktail.params.base import Section


class SynthesisParams(Section):
    """The images drawn from each source."""

    mode: Literal["fixed", "fresh"] = Field(
        "fixed", description="fixed: a dataset is drawn once and kept; fresh: every training step draws anew"
    )
    n_images: int = Field(5000, ge=1, description="images a source")
    truncation_psi: float = Field(1.0, ge=0, le=1, description="truncation; 1: none")
