"""What makes a method: where it starts, what it is shown, what holds it back."""

from typing import Literal, Self, cast

from pydantic import Field, model_validator

from gan_cocktail.params.base import Section

AverageKind = Literal["rooted", "own_embeddings", "root_discriminator", "unrooted"]  # an initialisation, average_KIND
Initialisation = Literal[
    "average_rooted", "average_own_embeddings", "average_root_discriminator", "average_unrooted",
    "rooted", "root", "random", "sources",
]  # fmt: skip

Role = Literal["ours", "baseline", "ablation", "bound"]  # bound: no competitor, N models or real images


class EWCParams(Section):
    """Elastic weight consolidation (Li et al. 2020, eq. 2): lambda of sum F (theta - theta_start)^2, a part each."""

    mapping: float = Field(ge=0, description="lambda of G's mapping network")
    synthesis: float = Field(ge=0, description="lambda of G's synthesis network")
    discriminator: float = Field(ge=0, description="lambda of D")


class ConsistencyParams(Section):
    """Beyond the paper: G is pulled, less and less, to what the root and the rooted models draw of its latents."""

    weight: float = Field(gt=0, description="weight of the mean absolute difference of pixels, at the start")
    until: float = Field(1, gt=0, le=1, description="share of the training over which the weight falls to 0")


class Method(Section):
    """One row of the comparison."""

    label: str = Field(description="its name in tables and figures")
    initialisation: Initialisation = Field(description="where it starts; sources: the N sources as they are")
    trains: bool = Field(True, description="fine-tuned on all domains of a mixture")
    images: Literal["synthetic", "real"] = Field(
        "synthetic", description="of which images; real: the sources' datasets"
    )
    ewc: EWCParams | None = Field(None, description="pull towards the start by Fisher information, or null")
    frozen_layers: int = Field(0, ge=0, description="blocks of D that stay as they are, from the image on")
    consistency: ConsistencyParams | None = Field(None, description="pull towards rooted models' images, or null")
    role: Role = Field("baseline", description="what the claim is about, is judged against, or is shown beside")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.initialisation == "sources" and self.trains:
            raise ValueError("initialisation `sources` is N models: it cannot be trained as one; set trains: false")
        if not self.trains and (self.ewc or self.frozen_layers or self.consistency or self.images == "real"):
            raise ValueError("ewc, frozen_layers, consistency and images are of training, but trains is false")
        if self.consistency and self.average in (None, "unrooted"):
            raise ValueError("consistency is with rooted models: it needs an initialisation that is an average of them")
        return self

    @property
    def average(self) -> AverageKind | None:
        """The kind of average that it starts from, if it does."""
        kind = self.initialisation.removeprefix("average_")
        return None if kind == self.initialisation else cast(AverageKind, kind)
