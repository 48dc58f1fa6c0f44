"""How networks are trained."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gan_cocktail.params.base import Fraction, Section
from gan_cocktail.params.network import NetworkParams

Precision = Literal["fp32", "bf16", "fp16"]


class AugmentationParams(Section):
    """Adaptive discriminator augmentation (Karras et al. 2020, NeurIPS)."""

    target: Fraction = Field(0.6, description="wanted mean sign of D on real images; 0 keeps the strength at 0")
    kimg: float = Field(100, gt=0, description="kimg in which the strength can go from 0 to 1")


class TrainingParams(Section):
    """The recipe that every adversarial training shares."""

    batch_size: int = Field(16, ge=2, description="images a step")
    learning_rate: float = Field(0.002, gt=0, le=1, description="Adam's step size")
    learning_rate_ratio: float = Field(1, gt=0, description="step size of D over that of G (Heusel et al. 2017, TTUR)")
    r1_gamma: float = Field(0.1, ge=0, description="weight of the R1 penalty; 0 turns it off")
    r1_interval: int = Field(16, ge=1, description="steps between R1 penalties (lazy regularisation)")
    path_length_weight: float = Field(0, ge=0, description="weight of the path-length penalty; 0 turns it off")
    path_length_interval: int = Field(4, ge=1, description="steps between path-length penalties")
    style_mixing: Fraction = Field(0, description="probability that an image mixes two latents")
    ema_kimg: float = Field(1, gt=0, description="half-life of the generator's moving average, kimg")
    mirror: bool = Field(False, description="mirror half of the real images at random")
    precision: Precision = Field(
        "fp32", description="of the convolutions: fp32, bf16 (where the processor has it) or fp16 (CUDA only)"
    )
    augmentation: AugmentationParams | None = Field(None, description="ADA, or null for none")

    @model_validator(mode="after")
    def _groups(self) -> Self:
        if self.batch_size % 4:
            raise ValueError(f"batch_size must be a multiple of 4, found {self.batch_size}")
        return self


class SourceRecipe(TrainingParams):
    """The recipe for sources: few real images, so mirrored and augmented."""

    learning_rate: float = Field(0.0025, gt=0, le=1, description="Adam's step size")
    ema_kimg: float = Field(2, gt=0, description="half-life of the generator's moving average, kimg")
    mirror: bool = Field(True, description="mirror half of the real images at random")
    augmentation: AugmentationParams | None = Field(AugmentationParams(), description="ADA, or null for none")


class SourceTrainingParams(Section):
    """How a source given as a dataset is trained."""

    kimg: float = Field(300, gt=0, description="budget, thousands of real images shown")
    network: NetworkParams = Field(NetworkParams(), description="architecture")
    training: SourceRecipe = Field(SourceRecipe(), description="recipe")

    @model_validator(mode="after")
    def _unconditional(self) -> Self:
        if self.network.c_dim:
            raise ValueError(f"network.c_dim must be 0 (a source draws one domain), found {self.network.c_dim}")
        return self


class BudgetParams(Section):
    """Length of one training stage."""

    kimg: float = Field(8, gt=0, description="thousands of real images shown")


class MergingParams(BudgetParams):
    """Stage 2, and how often every training on a union is measured."""

    points: int = Field(4, ge=1, description="measurements along a training, equally spaced in total kimg")


class FisherParams(Section):
    """What EWC goes by, and the way to merge of that name."""

    n_images: int = Field(2000, ge=1, description="images of each model over which squared gradients are averaged")
