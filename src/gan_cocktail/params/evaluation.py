"""How images are measured."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from gan_cocktail.params.base import FilePath, Section, as_list

Feature = Literal["efficientnet_lite0", "inception_v3", "dinov2", "clip"]
DEFAULT: Feature = "efficientnet_lite0"
SHIPPED = f"resources/features/{DEFAULT}.safetensors"


class EvaluationParams(Section):
    """How images are measured."""

    features: Annotated[list[Feature], BeforeValidator(as_list, json_schema_input_type=Feature | list[Feature])] = (
        Field([DEFAULT], description="feature extractor, or a list: the first decides", min_length=1)
    )
    weights: dict[Feature, FilePath] = Field(
        {}, description="weights of extractors, by name, where they are not in their usual place"
    )
    n_images: int = Field(1000, ge=4, description="generated images a domain, and for the union")
    kid_subsets: int = Field(100, ge=2, description="subsets over which KID is averaged")
    kid_subset_size: int = Field(500, ge=2, description="images a KID subset")
    ppl_paths: int = Field(100, ge=0, description="paths a perceptual path length; 0: not measured")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.kid_subset_size > self.n_images:
            raise ValueError(f"kid_subset_size ({self.kid_subset_size}) exceeds n_images ({self.n_images})")
        if len(set(self.features)) < len(self.features):
            raise ValueError(f"features: a name stands twice in {self.features}")
        return self

    @property
    def files(self) -> dict[str, str]:
        """The weights that are on disk, by extractor: what ships (perceptual distances need it), and `weights`."""
        shipped: dict[str, str] = {DEFAULT: SHIPPED}
        return shipped | {str(name): path for name, path in self.weights.items()}
