"""What makes a method: where it starts, what it is shown, what holds it back."""

from typing import Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, Field, model_validator

from gan_cocktail.params.base import Section
from gan_cocktail.params.restraints import ConsistencyParams, EWCParams
from gan_cocktail.params.ways import WAYS, AnyWay, Mean

AverageKind = Literal["rooted", "unrooted"]  # an initialisation, average_KIND
Initialisation = Literal["average_rooted", "average_unrooted", "rooted", "root", "random", "sources"]

Role = Literal["ours", "baseline", "ablation", "bound"]  # bound: no competitor, N models or real images


def _merge_of_old(value: Any) -> Any:
    """ValueError for an initialisation of earlier versions that is a `merge` now."""
    way = str(value).removeprefix("average_")
    if way in WAYS and way != value:
        raise ValueError(f"{value!r} is now `initialisation: average_rooted` with `merge: {way}`; write these two")
    return value


class Method(Section):
    """One row of the comparison."""

    label: str = Field(description="its name in tables and figures")
    initialisation: Annotated[Initialisation, BeforeValidator(_merge_of_old)] = Field(
        description="where it starts; sources: the N sources as they are"
    )
    merge: AnyWay = Field(Mean(), description="the way in which an average is made, with its parameters")
    trains: bool = Field(True, description="fine-tuned on all domains of a mixture")
    images: Literal["synthetic", "real"] = Field(
        "synthetic", description="of which images; real: the sources' datasets"
    )
    ewc: EWCParams | None = Field(None, description="pull towards the start by Fisher information, or null")
    frozen_layers: int = Field(0, ge=0, description="blocks of D that stay as they are, from the image on")
    consistency: ConsistencyParams | None = Field(
        None, description="pull towards the images of the root and rooted models, or null"
    )
    role: Role = Field("baseline", description="what the claim is about, is judged against, or is shown beside")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.initialisation == "sources" and self.trains:
            raise ValueError("initialisation `sources` is N models: it cannot be trained as one; set trains: false")
        if not self.trains and (self.ewc or self.frozen_layers or self.consistency or self.images == "real"):
            raise ValueError("ewc, frozen_layers, consistency and images are of training, but trains is false")
        if self.consistency and self.initialisation not in ("average_rooted", "root"):
            raise ValueError(
                "consistency is with models in the initialisation's latent space: it needs average_rooted, or root"
            )
        if not self.merge.is_plain and not self.average:
            raise ValueError(
                f"merge is how an average is made, and initialisation `{self.initialisation}` is none; drop it, or "
                "start from average_rooted or average_unrooted"
            )
        return self

    @property
    def average(self) -> AverageKind | None:
        """The kind of average that it starts from, if it does."""
        kind = self.initialisation.removeprefix("average_")
        return None if kind == self.initialisation else cast(AverageKind, kind)
