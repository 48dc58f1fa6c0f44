"""The parameters of each way to merge; what each does is in merging/, in the file of the same name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import Fraction, Section, nearest, parse_section


def read_numbers(value: Any) -> Any:
    """'0.7,0.3' as a list of numbers; anything else as it is. ValueError for a text that holds others."""
    if not isinstance(value, str):
        return value
    try:
        return [float(number) for number in value.split(",")]
    except ValueError:
        raise ValueError(f"expected numbers such as 0.7,0.3, one a model, found {value!r}") from None


def read_layers(value: Any) -> Any:
    """'4-16=1,0 32-=0,1' as weights by layers; anything else as it is. ValueError for a text of another form."""
    if isinstance(value, Mapping):
        return {str(where): weights for where, weights in value.items()}  # YAML takes `8` for a number
    if not isinstance(value, str):
        return value
    found: dict[str, Any] = {}
    for part in value.split():
        where, separator, weights = part.partition("=")
        if not separator or not where or where in found:
            raise ValueError(
                "expected LAYERS=WEIGHTS, each LAYERS once, such as '4-16=1,0 32-=0,1 mapping=1,0', "
                f"found {part!r} in {value!r}"
            )
        found[where] = read_numbers(weights)
    return found


def _shares(weights: list[float] | None) -> list[float] | None:
    if weights is not None and (min(weights, default=0) < 0 or not sum(weights)):
        raise ValueError(f"expected numbers of 0 or more, not all 0, found {weights}")
    return weights


Numbers = Annotated[list[float], BeforeValidator(read_numbers, json_schema_input_type=list[float] | str)]
Shares = Annotated[Numbers, AfterValidator(_shares)]  # are scaled to a sum of 1
SHARES = "share of each model, in order; null: the same"


class Way(Section):
    """A way to merge without parameters; `way` is its name."""

    way: str

    @property
    def numbers(self) -> list[list[float]]:
        """Each list that has to have a number a model."""
        return [given] if (given := getattr(self, "weights", None)) is not None else []

    @property
    def is_plain(self) -> bool:
        """Is it the plain mean?"""
        return self == Mean()


class Mean(Way):
    """The mean, or a weighted one."""

    way: Literal["mean"] = "mean"
    weights: Shares | None = Field(None, description=SHARES)


class Layers(Way):
    """Means whose weights depend on the layer."""

    way: Literal["layers"] = "layers"
    weights: Shares | None = Field(None, description=f"where `layers` names none: {SHARES}")
    layers: Annotated[
        dict[str, Shares], BeforeValidator(read_layers, json_schema_input_type=dict[str, list[float]] | str)
    ] = Field(description="shares by layers: '4-16=1,0 32-=0,1 mapping=1,0'", min_length=1)

    @property
    def numbers(self) -> list[list[float]]:
        """Each list that has to have a number a model."""
        return [*super().numbers, *self.layers.values()]


class Slerp(Way):
    """On the arc between two models."""

    way: Literal["slerp"] = "slerp"
    weights: Shares | None = Field(None, description="share of each of the two models; null: the same")


class Task(Way):
    """The root and its differences to the others."""

    way: Literal["task"] = "task"
    scale: float = Field(0.4, description="factor of the sum of differences to the root")
    weights: Numbers | None = Field(None, description="factor of each model's difference, in order; null: 1")


class Ties(Way):
    """The root and those of its differences that are large and agree in sign."""

    way: Literal["ties"] = "ties"
    density: float = Field(0.2, gt=0, le=1, description="share of each tensor's differences that is kept, the largest")
    scale: float = Field(1, description="factor of the mean of differences that agree in sign")
    weights: Shares | None = Field(None, description="weight of each model's difference, in order; null: the same")


class Dare(Way):
    """The root and a random part of its differences."""

    way: Literal["dare"] = "dare"
    drop: float = Field(0.5, ge=0, lt=1, description="share of differences that is dropped, at random")
    scale: float = Field(0.4, description="factor of the sum of differences to the root")
    weights: Numbers | None = Field(None, description="factor of each model's difference, in order; null: 1")


class FisherWeighted(Way):
    """A mean in which each weight counts by how much its model depends on it."""

    way: Literal["fisher"] = "fisher"
    floor: Fraction = Field(1e-6, description="least Fisher information, as a share of its mean in the tensor")
    weights: Shares | None = Field(None, description=SHARES)


class Aligned(Way):
    """The mean of models whose channels are first brought into the root's order."""

    way: Literal["aligned"] = "aligned"
    sweeps: int = Field(50, ge=1, description="most passes over all layers in search of a better order")
    weights: Shares | None = Field(None, description=SHARES)


class OwnEmbeddings(Way):
    """The mean, but for the class embeddings."""

    way: Literal["own_embeddings"] = "own_embeddings"


class RootDiscriminator(Way):
    """The mean of generators beside the root's discriminator."""

    way: Literal["root_discriminator"] = "root_discriminator"


WAYS: dict[str, type[Way]] = {
    str(section.model_fields["way"].default): section
    for section in (
        Mean, Layers, Slerp, Task, Ties, Dare, FisherWeighted, Aligned, OwnEmbeddings, RootDiscriminator,
    )
}  # fmt: skip


def read_way(values: Mapping[str, Any], where: str = "merge") -> Way:
    """The section of a way by its name in `way`. CocktailError names `where`, and each key that is wrong."""
    name = values.get("way")
    if name not in WAYS:
        raise CocktailError(f"{where}: unknown way {name!r}{nearest(str(name), WAYS)}")
    return parse_section(WAYS[name], values, f"{where}, {name}")


def _of_any_form(value: Any) -> Any:
    """A name alone is the way with its defaults."""
    given = {"way": value} if isinstance(value, str) else value
    if not isinstance(given, Mapping):
        return given
    try:
        return read_way(given, "way")
    except CocktailError as e:
        raise ValueError(" ".join(str(e).split())) from None


AnyWay = Annotated[SerializeAsAny[Way], BeforeValidator(_of_any_form)]
