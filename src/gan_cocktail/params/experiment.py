"""The whole of params.yaml. `gan-cocktail schema` writes its JSON schema, for editors."""

from collections.abc import Iterable
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from gan_cocktail.params.applications import ApplicationParams
from gan_cocktail.params.base import FilePath, Name, Section, as_list, nearest
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.synthesis import SynthesisParams
from gan_cocktail.params.training import BudgetParams, FisherParams, MergingParams, SourceTrainingParams, TrainingParams

Seed = Annotated[int, Field(ge=0, lt=2**31)]


class SourceParams(Section):
    """One pretrained GAN and its domain: a checkpoint, a dataset to train one from, or images that it drew."""

    model: FilePath | None = Field(
        None, description="checkpoint of the pretrained GAN: of this project, or a StyleGAN2 of another program"
    )
    class_: Annotated[int, Field(ge=0)] | str | None = Field(
        None, alias="class", description="which class of a `model` of several, by index or name; null: it has one"
    )
    discriminator_kimg: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="kimg over which a `model` that has no discriminator gets one, if it is the root; null: it has one",
    )
    reference: FilePath | None = Field(
        None, description="cached statistics of its real images; null: of its own synthetic images"
    )
    dataset: FilePath | None = Field(
        None, description="zip or folder of real images: without `model`, the source is trained on them"
    )
    images: FilePath | None = Field(
        None, description="zip or folder of generated images, in place of a model that cannot be read; never the root"
    )
    reading: ReadingParams | None = Field(
        None, description="how the images of `dataset` or `images` are read; null: as usual"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if self.images is not None and (self.model is not None or self.dataset is not None):
            raise ValueError("`images` stand for a model that is not at hand: drop them, or `model` and `dataset`")
        if self.model is self.dataset is self.images is None:
            raise ValueError(
                "a source needs `model` (a checkpoint) or `dataset` (images to train one), or `images` (what it drew)"
            )
        if self.dataset is not None and self.model is None and self.reference is not None:
            raise ValueError("a source that is trained on its `dataset` gets its reference from it; drop `reference`")
        if self.model is None and self.class_ is not None:
            raise ValueError("`class` is of a `model`, and there is none; `reading.label` takes one of a dataset")
        if self.model is None and self.discriminator_kimg is not None:
            raise ValueError("`discriminator_kimg` is of a `model` that has no discriminator, and there is no `model`")
        if self.dataset is self.images is None and self.reading is not None:
            raise ValueError("`reading` is of the images of a `dataset`, and there is none; drop `reading`")
        return self


class MixtureParams(Section):
    """An ordered list of sources to merge; class i of the union GAN is source i."""

    sources: list[Name] = Field(description="two or more names from `sources`", min_length=2)
    root: Annotated[list[Name] | None, BeforeValidator(as_list, json_schema_input_type=Name | list[Name] | None)] = (
        Field(
            None,
            description="the source that others are rooted in, or several, classes of one `model`; null: the first",
        )
    )
    class_probabilities: list[Annotated[float, Field(gt=0)]] | None = Field(
        None, description="share of each source in the training batches; null: uniform"
    )

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len(set(self.sources)) < len(self.sources):
            raise ValueError(f"a source stands twice in {self.sources}")
        self._check_root(self.roots)
        if self.class_probabilities is not None and len(self.class_probabilities) != len(self.sources):
            raise ValueError(f"{len(self.class_probabilities)} class_probabilities for {len(self.sources)} sources")
        return self

    def _check_root(self, roots: list[str]) -> None:
        for name in roots:
            if name not in self.sources:
                raise ValueError(f"root {name!r} is none of its sources {self.sources}")
        if len(set(roots)) < len(roots):
            raise ValueError(f"root: a source stands twice in {roots}")
        if not roots or not self.leaves:
            raise ValueError(f"root: expected one or more of {self.sources}, but not all of them, found {roots}")

    @property
    def roots(self) -> list[str]:
        """The classes of the root, in any order: the first source unless said otherwise."""
        return self.sources[:1] if self.root is None else self.root

    @property
    def root_name(self) -> str:
        """The source that the root's files are called after: the first of the root's classes."""
        return next(s for s in self.sources if s in self.roots)

    @property
    def root_label(self) -> str:
        """What the root is called in tables and figures."""
        return "+".join(self.classes_of(self.root_name))

    @property
    def leaves(self) -> list[str]:
        """The sources that are rooted: all but the root."""
        return [s for s in self.sources if s not in self.roots]

    def model_of(self, source: str) -> str:
        """The source that the model of this one is called after: the root has one for all of its classes."""
        return self.root_name if source in self.roots else source

    @property
    def models(self) -> list[str]:
        """The same of all sources, in order, each model once."""
        return list(dict.fromkeys(map(self.model_of, self.sources)))

    def classes_of(self, model: str) -> list[str]:
        """The sources, in order, that a model is of."""
        return [s for s in self.sources if self.model_of(s) == model]

    @property
    def probabilities(self) -> list[float]:
        """Class probabilities, summing to one."""
        shares = self.class_probabilities or [1.0] * len(self.sources)
        return [s / sum(shares) for s in shares]


def _differ(what: str, names: Iterable[str]) -> None:
    """Raise ValueError if two names differ by case alone, for their files would be one on some disks."""
    known: dict[str, str] = {}
    for name in names:
        other = known.setdefault(name.lower(), name)
        if other != name:
            raise ValueError(f"{what}: {other!r} and {name!r} differ by case alone; some disks take that for one name")


class Params(Section):
    """One experiment."""

    seed: Seed = Field(
        0, description="of what replicates share: synthetic datasets, new class embeddings, sample grids"
    )
    seeds: list[Seed] = Field([0], description="replicates: each roots, merges and measures anew", min_length=1)
    sources: dict[Name, SourceParams] = Field(description="pretrained GANs by name")
    mixtures: dict[Name, MixtureParams] = Field(description="what is merged, by name", min_length=1)
    methods: list[Name] = Field(
        ["ours", "transfergan", "scratch", "average_rooted", "average_unrooted", "ensemble"],
        description="methods to compare, in the tables' order: files of methods/recipes, and `variants`",
        min_length=1,
    )
    variants: dict[Name, dict[str, Any]] = Field(
        {}, description="further methods, by name: `method`, the one that they are like, and what differs"
    )
    source_training: SourceTrainingParams = Field(SourceTrainingParams(), description="sources given as datasets")
    synthesis: SynthesisParams = Field(SynthesisParams(), description="synthetic datasets")
    training: TrainingParams = Field(TrainingParams(), description="recipe of rooting, merging and baselines")
    rooting: BudgetParams = Field(BudgetParams(), description="stage 1, a source other than the root")
    merging: MergingParams = Field(MergingParams(), description="stage 2")
    fisher: FisherParams = Field(
        FisherParams(), description="Fisher information, for EWC and the way to merge of that name"
    )
    evaluation: EvaluationParams = Field(EvaluationParams(), description="metrics")
    applications: ApplicationParams | None = Field(
        ApplicationParams(), description="uses of the shared latent space, or null for none"
    )
    figures: FigureParams = Field(FigureParams(), description="figures")

    @model_validator(mode="after")
    def _names(self) -> Self:
        for what, names in (("seeds", self.seeds), ("methods", self.methods)):
            if len(set(names)) < len(names):
                raise ValueError(f"{what}: a value stands twice in {names}")
        for what, keys in (
            ("sources", self.sources),
            ("mixtures", self.mixtures),
            ("methods", [*self.methods, *self.variants]),
        ):
            _differ(what, keys)
        for taken in {"mean", "union"} & set(self.sources):
            raise ValueError(f"sources.{taken}: tables use this name for a column; choose another")
        for number in filter(str.isdecimal, self.sources):  # `--class 1` is the class of that name, else of that number
            raise ValueError(
                f"sources.{number}: a number is no name, for classes have numbers; choose one with a letter"
            )
        for mixture, m in self.mixtures.items():
            for source in m.sources:
                if source not in self.sources:
                    raise ValueError(f"mixtures.{mixture}: unknown source {source!r}{nearest(source, self.sources)}")
            self._check_root(mixture)
        return self

    def _check_root(self, mixture: str) -> None:
        m = self.mixtures[mixture]
        if len(m.roots) > 1:
            self._check_union(mixture)
        elif self.sources[m.root_name].images is not None:
            able = [s for s in m.sources if self.sources[s].images is None]
            out = f"set `root` to {' or '.join(able)}" if able else "give one of its sources a `model`"
            raise ValueError(
                f"mixtures.{mixture}: its root, {m.root_name}, is given as images, and a root needs weights; {out}"
            )

    def _check_union(self, mixture: str) -> None:
        """A root of several sources is one model, of which they are classes."""
        roots = {name: self.sources[name] for name in self.mixtures[mixture].roots}
        where = f"mixtures.{mixture}.root: {' and '.join(roots)}"
        lacking = [name for name, source in roots.items() if source.class_ is None]
        if lacking or len({source.model for source in roots.values()}) > 1:
            why = f"{' and '.join(lacking)} has no `class`" if lacking else "their `model`s differ"
            raise ValueError(f"{where}: a root of several sources is one `model`, of each a `class` of its own; {why}")
        if len({str(source.class_) for source in roots.values()}) < len(roots):
            raise ValueError(f"{where}: they are the same `class` of one `model`; give each its own")
        if len({source.discriminator_kimg for source in roots.values()}) > 1:
            raise ValueError(f"{where}: they get one discriminator; give all the same `discriminator_kimg`")

    def total_kimg(self, mixture: str) -> float:
        """Rooting of every leaf, and merging: what `ours` spends, and so every trained baseline."""
        return len(self.mixtures[mixture].leaves) * self.rooting.kimg + self.merging.kimg
