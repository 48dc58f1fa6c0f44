"""The typed form of params.yaml: every parameter's meaning, unit, default and bounds live here.

`parse_section` turns a mapping into `Params` or raises one `CocktailError` that lists every problem with
its key and, for a misspelt key, the nearest right one. The JSON schema that Snakemake checks is
generated from these types (`gan-cocktail schema`).
"""

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gan_cocktail.errors import CocktailError

T = TypeVar("T", bound="Section")
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_+-]*$")]
Fraction = Annotated[float, Field(ge=0, le=1)]
Precision = Literal["fp32", "bf16", "fp16"]
Method = Literal["ours", "transfergan", "scratch", "average_rooted", "average_unrooted", "ensemble"]


class Section(BaseModel):
    """A part of params.yaml: immutable, unknown keys refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class NetworkParams(Section):
    """Architecture of one StyleGAN2: generator and discriminator."""

    img_resolution: int = Field(32, ge=16, description="pixels a side; a power of two")
    img_channels: Literal[1, 3] = Field(3, description="1 (grey) or 3 (RGB)")
    z_dim: int = Field(128, ge=1, description="width of the latent z")
    w_dim: int = Field(128, ge=1, description="width of the intermediate latent w")
    c_dim: int = Field(0, ge=0, description="number of classes; 0: unconditional")
    mapping_layers: int = Field(2, ge=1, description="layers of the generator's mapping network")
    class_mapping_layers: int = Field(2, ge=1, description="layers of the discriminator's class mapping")
    channel_base: int = Field(1024, ge=4, description="channels at resolution r: channel_base / r, at most channel_max")
    channel_max: int = Field(64, ge=1, description="most channels of any layer")
    discriminator: Literal["resnet", "skip", "orig"] = Field("resnet", description="its connections")
    conv_clamp: float | None = Field(None, gt=0, description="bound of activations (256 in 16-bit networks), or null")
    mbstd_group_size: int = Field(4, ge=1, description="samples a group of the minibatch standard deviation")

    @model_validator(mode="after")
    def _power_of_two(self) -> Self:
        if self.img_resolution & (self.img_resolution - 1):
            raise ValueError(f"img_resolution must be a power of two, found {self.img_resolution}")
        if self.channel_base < self.img_resolution:
            raise ValueError(f"channel_base ({self.channel_base}) must be at least img_resolution")
        return self

    def channels(self, resolution: int) -> int:
        """Feature channels at a resolution."""
        return min(self.channel_base // resolution, self.channel_max)

    @property
    def resolutions(self) -> list[int]:
        """4, 8, ... up to the image's."""
        return [2**k for k in range(2, self.img_resolution.bit_length())]


class AugmentationParams(Section):
    """Adaptive discriminator augmentation (Karras et al. 2020, NeurIPS)."""

    target: Fraction = Field(0.6, description="wanted mean sign of D on real images; 0 keeps the strength at 0")
    kimg: float = Field(100, gt=0, description="kimg in which the strength can go from 0 to 1")


class TrainingParams(Section):
    """The recipe that every adversarial training shares."""

    batch_size: int = Field(16, ge=2, description="images a step")
    learning_rate: float = Field(0.002, gt=0, le=1, description="Adam's step size, G and D")
    r1_gamma: float = Field(0.1, ge=0, description="weight of the R1 penalty; 0 turns it off")
    r1_interval: int = Field(16, ge=1, description="steps between R1 penalties (lazy regularisation)")
    path_length_weight: float = Field(0, ge=0, description="weight of the path-length penalty; 0 turns it off")
    path_length_interval: int = Field(4, ge=1, description="steps between path-length penalties")
    style_mixing: Fraction = Field(0, description="probability that an image mixes two latents")
    ema_kimg: float = Field(1, gt=0, description="half-life of the generator's moving average, kimg")
    mirror: bool = Field(False, description="mirror half of the real images at random")
    precision: Precision = Field("bf16", description="of the convolutions: fp32, bf16 or fp16 (CUDA only)")
    augmentation: AugmentationParams | None = Field(None, description="ADA, or null for none")

    @model_validator(mode="after")
    def _groups(self) -> Self:
        if self.batch_size % 4:
            raise ValueError(f"batch_size must be a multiple of 4, found {self.batch_size}")
        return self


class SourceParams(Section):
    """One pretrained GAN and its domain: either a checkpoint or a dataset to train one from."""

    model: str | None = Field(None, description="checkpoint (safetensors) of the pretrained GAN")
    reference: str | None = Field(
        None, description="cached statistics of its real images; null: of its own synthetic images"
    )
    dataset: str | None = Field(None, description="zip or folder of images: the pipeline trains the source on them")

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.model is None) == (self.dataset is None):
            raise ValueError("a source needs either `model` (a checkpoint) or `dataset` (images to train one)")
        if self.dataset is not None and self.reference is not None:
            raise ValueError("a source with a `dataset` gets its reference from it; drop `reference`")
        return self


class SourceRecipe(TrainingParams):
    """The recipe for sources: few real images, so mirrored and augmented."""

    learning_rate: float = Field(0.0025, gt=0, le=1, description="Adam's step size, G and D")
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


class SynthesisParams(Section):
    """The synthetic dataset drawn from each source."""

    n_images: int = Field(5000, ge=1, description="images a source")
    truncation_psi: float = Field(1.0, ge=0, le=1, description="truncation; 1: none")


class BudgetParams(Section):
    """Length of one training stage."""

    kimg: float = Field(8, gt=0, description="thousands of real images shown")


class MixtureParams(Section):
    """An ordered list of sources to merge; class i of the union GAN is source i."""

    sources: list[Name] = Field(description="two or more names from `sources`", min_length=2)
    root: Name | None = Field(None, description="the source that every other is rooted in; null: the first")
    class_probabilities: list[Annotated[float, Field(gt=0)]] | None = Field(
        None, description="share of each source in the training batches; null: uniform"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.sources)) < len(self.sources):
            raise ValueError(f"a source stands twice in {self.sources}")
        if self.root is not None and self.root not in self.sources:
            raise ValueError(f"root {self.root!r} is none of its sources {self.sources}")
        if self.class_probabilities is not None and len(self.class_probabilities) != len(self.sources):
            raise ValueError(f"{len(self.class_probabilities)} class_probabilities for {len(self.sources)} sources")
        return self

    @property
    def root_name(self) -> str:
        """The root, the first source unless said otherwise."""
        return self.root or self.sources[0]

    @property
    def leaves(self) -> list[str]:
        """The sources that are rooted: all but the root."""
        return [s for s in self.sources if s != self.root_name]

    @property
    def probabilities(self) -> list[float]:
        """Class probabilities, summing to one."""
        shares = self.class_probabilities or [1.0] * len(self.sources)
        return [s / sum(shares) for s in shares]


class EvaluationParams(Section):
    """How images are measured."""

    features: Literal["embedded", "inception_v3"] = Field("embedded", description="feature extractor")
    n_images: int = Field(2000, ge=2, description="generated images a domain, and for the union")
    kid_subsets: int = Field(100, ge=2, description="subsets over which KID is averaged")
    kid_subset_size: int = Field(500, ge=2, description="images a KID subset")

    @model_validator(mode="after")
    def _subsets_fit(self) -> Self:
        if self.kid_subset_size > self.n_images:
            raise ValueError(f"kid_subset_size ({self.kid_subset_size}) exceeds n_images ({self.n_images})")
        return self


class FigureParams(Section):
    """How figures look."""

    columns: int = Field(8, ge=1, le=16, description="images a domain and row in sample grids")
    dpi: int = Field(200, ge=50, le=1200, description="resolution of PNG figures, dots per inch")
    width: float = Field(6.5, ge=2.5, le=20, description="figure width, inches")


class Params(Section):
    """One experiment."""

    seed: int = Field(0, ge=0, lt=2**31, description="every random stream is derived from it and the job's name")
    sources: dict[Name, SourceParams] = Field(description="pretrained GANs by name")
    mixtures: dict[Name, MixtureParams] = Field(description="what is merged, by name", min_length=1)
    methods: list[Method] = Field(
        ["ours", "transfergan", "scratch", "average_rooted", "average_unrooted", "ensemble"],
        description="methods to compare, in the tables' order",
        min_length=1,
    )
    source_training: SourceTrainingParams = Field(SourceTrainingParams(), description="sources given as datasets")
    synthesis: SynthesisParams = Field(SynthesisParams(), description="synthetic datasets")
    training: TrainingParams = Field(TrainingParams(), description="recipe of rooting, merging and baselines")
    rooting: BudgetParams = Field(BudgetParams(), description="stage 1, a source other than the root")
    merging: BudgetParams = Field(BudgetParams(), description="stage 2")
    evaluation: EvaluationParams = Field(EvaluationParams(), description="metrics")
    figures: FigureParams = Field(FigureParams(), description="figures")

    @model_validator(mode="after")
    def _names(self) -> Self:
        for taken in {"mean", "union"} & set(self.sources):
            raise ValueError(f"sources.{taken}: tables use this name for a column; choose another")
        for mixture, m in self.mixtures.items():
            for source in m.sources:
                if source not in self.sources:
                    raise ValueError(f"mixtures.{mixture}: unknown source {source!r}{_nearest(source, self.sources)}")
        return self

    def total_kimg(self, mixture: str) -> float:
        """(N - 1) * rooting + merging: what `ours` spends, and so every trained baseline."""
        return len(self.mixtures[mixture].leaves) * self.rooting.kimg + self.merging.kimg


def _nearest(name: str, known: Any) -> str:
    match = difflib.get_close_matches(name, [str(k) for k in known], 1, 0.5)
    return f", did you mean {match[0]!r}?" if match else f" (known: {', '.join(map(str, known))})"


def _known_keys(root: Any, path: tuple[int | str, ...]) -> list[str]:
    """Names allowed in the section at `path`, found by walking the type annotations."""
    model: Any = root
    for key in path:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(key)].annotation
        else:  # dict[Name, Section]
            model = model.__args__[-1]
        if hasattr(model, "__args__") and type(None) in model.__args__:  # Section | None
            model = model.__args__[0]
    return list(model.model_fields)


def _sentence(root: Any, where: str, error: Any) -> str:
    path = tuple(error["loc"])
    key = ".".join(str(p) for p in path) or where
    if error["type"] == "extra_forbidden":
        return f"{key}: unknown key{_nearest(str(path[-1]), _known_keys(root, path[:-1]))}"
    if error["type"] == "missing":
        return f"{key}: missing"
    message = error["msg"].removeprefix("Value error, ")
    message = message.replace("Input should be", "must be")
    if error["type"] == "value_error":
        return f"{key}: {message}"
    return f"{key}: {message}, found {error['input']!r}"


def parse_section(model: type[T], values: Mapping[str, Any], where: str) -> T:
    """Check `values` against a section's type.

    Raises CocktailError naming `where`, each wrong key, and the nearest right name or allowed range.
    """
    try:
        return model.model_validate(values)
    except ValidationError as e:
        problems = "\n  ".join(_sentence(model, where, error) for error in e.errors())
        raise CocktailError(f"{where}:\n  {problems}") from None
