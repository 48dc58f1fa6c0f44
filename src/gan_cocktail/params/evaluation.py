"""How images are measured."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gan_cocktail.params.base import Section

EXTRACTOR = "resources/features/embedded.safetensors"  # weights of `embedded`


class EvaluationParams(Section):
    """How images are measured."""

    features: Literal["embedded", "inception_v3"] = Field("embedded", description="feature extractor")
    n_images: int = Field(2000, ge=4, description="generated images a domain, and for the union")
    kid_subsets: int = Field(100, ge=2, description="subsets over which KID is averaged")
    kid_subset_size: int = Field(500, ge=2, description="images a KID subset")
    ppl_paths: int = Field(300, ge=0, description="paths a perceptual path length; 0: not measured")

    @model_validator(mode="after")
    def _subsets_fit(self) -> Self:
        if self.kid_subset_size > self.n_images:
            raise ValueError(f"kid_subset_size ({self.kid_subset_size}) exceeds n_images ({self.n_images})")
        return self
