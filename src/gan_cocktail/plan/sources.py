"""Sources: their checkpoints, images and statistics."""

from collections.abc import Sequence
from dataclasses import dataclass

from gan_cocktail.params.experiment import MixtureParams, Params
from gan_cocktail.params.reading import ReadingParams


@dataclass(frozen=True)
class SourcePlan:
    """The part of the plan that is about sources."""

    params: Params
    results: str = "results"  # the folder of everything that is made

    def mixture(self, name: str) -> MixtureParams:
        """The mixture of that name."""
        return self.params.mixtures[name]

    def model(self, source: str) -> str:
        """A source's checkpoint: the user's, or the one trained here from a dataset."""
        return self.params.sources[source].model or f"{self.results}/sources/{source}.safetensors"

    def own_class(self, source: str) -> str:
        """Which class of its checkpoint a source is, as the value of an option; empty if it has one alone."""
        asked = self.params.sources[source].class_
        return "" if asked is None else str(asked)

    def class_options(self, *sources: str) -> list[str]:
        """The same for a verb that takes a class of a model, or several; none if the sources name none."""
        asked = [self.own_class(s) for s in sources]
        return [f"--class={','.join(asked)}"] if any(asked) else []

    def source_classes(self, *sources: str) -> list[str]:
        """The same for a verb that draws from several sources, in order; none if none of them names one."""
        asked = [self.own_class(s) for s in sources]
        return [f"--source-class={','.join(asked)}"] if any(asked) else []

    def trained_sources(self) -> list[str]:
        """Sources that are given as datasets alone."""
        return [name for name, source in self.params.sources.items() if not (source.model or source.images)]

    def with_models(self, sources: Sequence[str]) -> list[str]:
        """Those of these sources that have weights, or get some here: all but those given as generated images."""
        return [name for name in sources if not self.params.sources[name].images]

    def new_discriminators(self) -> list[str]:
        """The roots that get one, each by the names of its classes, comma-separated and sorted."""
        roots = [m.roots for m in self.params.mixtures.values() if self.params.sources[m.root_name].discriminator_kimg]
        return list(dict.fromkeys(",".join(sorted(names)) for names in roots))

    def with_discriminator(self, root: str) -> str:
        """Such a root's checkpoint, with its new discriminator."""
        return f"{self.results}/discriminators/{root}.safetensors"

    def discriminator_kimg(self, root: str) -> float:
        """The budget of such a discriminator."""
        return self.params.sources[root.split(",")[0]].discriminator_kimg or 0

    def dataset(self, source: str) -> str:
        """A source's synthetic dataset: the user's, or the one drawn here."""
        return self.params.sources[source].images or f"{self.results}/synthetic/{source}.zip"

    def reference(self, source: str) -> str:
        """The cached statistics that a source came with, or those that are made here."""
        return self.params.sources[source].reference or f"{self.results}/references/{source}.safetensors"

    def made_references(self) -> list[str]:
        """Sources whose statistics are made here."""
        wanted = [name for name, source in self.params.sources.items() if source.reference is None]
        return [name for name in wanted if self.measured_as(name)]

    def references(self, mixture: str) -> list[str]:
        """The references of a mixture, one a class."""
        return [self.reference(s) for s in self.mixture(mixture).sources]

    def reference_images(self, source: str) -> str:
        """What statistics made here are of: the real images if they are at hand, else synthetic ones."""
        return self.params.sources[source].dataset or self.dataset(source)

    def measured_as(self, source: str) -> str:
        """The model at whose size statistics are made here: the source's own, else the first root it is rooted in.

        Empty for images that are in no mixture.
        """
        if not self.params.sources[source].images:
            return self.model(source)
        roots = [m.root_name for m in self.params.mixtures.values() if source in m.sources]
        return self.model(roots[0]) if roots else ""

    def reference_origin(self, source: str) -> str:
        """Whether statistics made here are of real or of synthetic images."""
        return "real" if self.params.sources[source].dataset else "synthetic"

    def reading(self, *sources: str) -> list[str]:
        """How the images that they are given with are read, an option each; none if all are read as usual."""
        given = [self.params.sources[s] for s in sources]
        return self._options([s.reading for s in given if s.dataset or s.images])

    def synthetic_reading(self, *sources: str) -> list[str]:
        """The same of their synthetic datasets: what is drawn here is read as usual."""
        given = [self.params.sources[s] for s in sources]
        return self._options([s.reading if s.images else None for s in given])

    @staticmethod
    def _options(readings: Sequence[ReadingParams | None]) -> list[str]:
        found = [reading or ReadingParams() for reading in readings]
        usual = all(reading == ReadingParams() for reading in found)
        return [] if usual else [f"--reading={reading.model_dump_json()}" for reading in found]
