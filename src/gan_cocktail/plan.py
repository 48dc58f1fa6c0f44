"""Which files the pipeline makes, from which, at which budget: params.yaml spelt out.

Pure functions of the parameters, so that everything that must agree about the experiment (rules,
tests) asks here.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gan_cocktail.methods.table import METHODS
from gan_cocktail.params.experiment import Method, MixtureParams, Params

EXTRACTOR = "resources/features/embedded.safetensors"
AverageKind = Literal["rooted", "unrooted"]
AVERAGES: tuple[AverageKind, ...] = ("rooted", "unrooted")


def one_of(names: Iterable[str]) -> str:
    """A regular expression that matches these names alone (nothing, if there are none)."""
    return "|".join(map(re.escape, names)) or "(?!)"


@dataclass(frozen=True)
class Plan:
    """The experiment that a set of parameters describes."""

    params: Params
    results: str = "results"  # the folder of everything that is made

    def mixture(self, name: str) -> MixtureParams:
        """The mixture of that name."""
        return self.params.mixtures[name]

    def classes(self, mixture: str) -> str:
        """A mixture's sources in order, as the value of an option."""
        return ",".join(self.mixture(mixture).sources)

    def probabilities(self, mixture: str) -> str:
        """A mixture's class probabilities, as the value of an option."""
        return ",".join(map(repr, self.mixture(mixture).probabilities))

    # Sources

    def model(self, source: str) -> str:
        """A source's checkpoint: the user's, or the one trained here from a dataset."""
        return self.params.sources[source].model or f"{self.results}/sources/{source}.safetensors"

    def trained_sources(self) -> list[str]:
        """Sources that are given as datasets."""
        return [name for name, source in self.params.sources.items() if source.dataset]

    def dataset(self, source: str) -> str:
        """A source's synthetic dataset."""
        return f"{self.results}/synthetic/{source}.zip"

    def reference(self, source: str) -> str:
        """The cached statistics that a source came with, or those that are made here."""
        return self.params.sources[source].reference or f"{self.results}/references/{source}.safetensors"

    def made_references(self) -> list[str]:
        """Sources whose statistics are made here."""
        return [name for name, source in self.params.sources.items() if source.reference is None]

    def references(self, mixture: str) -> list[str]:
        """The references of a mixture, one a class."""
        return [self.reference(s) for s in self.mixture(mixture).sources]

    def reference_images(self, source: str) -> str:
        """What statistics made here are of: the real images if they are at hand, else synthetic ones."""
        return self.params.sources[source].dataset or self.dataset(source)

    def reference_origin(self, source: str) -> str:
        """Whether statistics made here are of real or of synthetic images."""
        return "real" if self.params.sources[source].dataset else "synthetic"

    # Rooting

    def position(self, mixture: str, source: str) -> int:
        """The class of a source in a mixture."""
        return self.mixture(mixture).sources.index(source)

    def widened(self, mixture: str, source: str) -> str:
        """A source, conditioned."""
        return f"{self.results}/widened/{mixture}/{source}.safetensors"

    def widened_root(self, mixture: str) -> str:
        """A mixture's root, conditioned."""
        return self.widened(mixture, self.mixture(mixture).root_name)

    def rooted(self, mixture: str, source: str) -> str:
        """A source, rooted in the mixture's root."""
        return f"{self.results}/rooted/{mixture}/{source}.safetensors"

    def datasets(self, mixture: str) -> list[str]:
        """The synthetic datasets of a mixture, one a class."""
        return [self.dataset(s) for s in self.mixture(mixture).sources]

    # Merging

    def to_average(self, mixture: str, kind: AverageKind) -> list[str]:
        """The root with the rooted models, or the sources as they are (widened), one a class."""
        m = self.mixture(mixture)
        roots = m.sources if kind == "unrooted" else [m.root_name]
        return [self.widened(mixture, s) if s in roots else self.rooted(mixture, s) for s in m.sources]

    def average(self, mixture: str, kind: AverageKind) -> str:
        """The mean of those."""
        return f"{self.results}/averages/{mixture}/{kind}.safetensors"

    def initialisation(self, mixture: str, method: Method) -> str:
        """Where a method starts; of a random start, whose architecture it takes."""
        kind = METHODS[method].initialisation
        if kind in ("root", "random"):
            return self.widened_root(mixture)
        return self.average(mixture, "rooted" if kind == "average_rooted" else "unrooted")

    def models(self, mixture: str, method: Method) -> list[str]:
        """A method's model, trained or as it starts; of the ensemble, one model a class."""
        spec = METHODS[method]
        if spec.initialisation == "sources":
            return [self.model(s) for s in self.mixture(mixture).sources]
        if not spec.trains:
            return [self.initialisation(mixture, method)]
        return [f"{self.results}/unions/{mixture}/{method}.safetensors"]

    def snapshots(self, mixture: str, method: Method) -> list[str]:
        """The file with a training's snapshots, if the method trains."""
        trains = METHODS[method].trains
        return [f"{self.results}/unions/{mixture}/{method}.snapshots.safetensors"] if trains else []

    def unions(self) -> list[str]:
        """The models that users come for."""
        return [
            model
            for mixture in self.params.mixtures
            for method in self.params.methods
            if METHODS[method].trains
            for model in self.models(mixture, method)
        ]

    def rooting_kimg(self, mixture: str, method: Method) -> float:
        """What a method spent before merging."""
        return len(self.mixture(mixture).leaves) * self.params.rooting.kimg if METHODS[method].rooted else 0

    def merging_kimg(self, mixture: str, method: Method) -> float:
        """What a method spends on the union: the total is the same for all that train."""
        if not METHODS[method].trains:
            return 0
        return self.params.merging.kimg if METHODS[method].rooted else self.params.total_kimg(mixture)

    def snapshot_kimg(self, mixture: str, method: Method) -> list[float]:
        """Where a training is also measured: at the budget at which `ours` ends."""
        merging = self.params.merging.kimg
        return [merging] if self.merging_kimg(mixture, method) > merging else []

    # Reporting

    def evaluation(self, mixture: str, method: Method) -> str:
        """A method's measurements."""
        return f"{self.results}/evaluation/{mixture}/{method}.json"

    def evaluations(self) -> list[str]:
        """The measurements, in the tables' order."""
        return [self.evaluation(mixture, m) for mixture in self.params.mixtures for m in self.params.methods]

    def tables(self) -> list[str]:
        """The tables, in every format."""
        return [f"{self.results}/tables/main.{suffix}" for suffix in ("csv", "md", "tex")]

    def metrics(self) -> str:
        """The tables' summary, for DVC."""
        return f"{self.results}/metrics.json"

    def grid(self, mixture: str, name: str) -> str:
        """The sample grid of a method, or of a class of a stage's model (`rooted/face`)."""
        return f"{self.results}/samples/{mixture}/{name}.png"

    def method_rows(self, mixture: str) -> list[tuple[str, str]]:
        """(label, sample grid and its classes) of the figure that compares methods."""
        classes = ",".join(map(str, range(len(self.mixture(mixture).sources))))
        return [(METHODS[m].label, f"{self.grid(mixture, m)}:{classes}") for m in self.params.methods]

    def average_rows(self, mixture: str) -> list[tuple[str, str]]:
        """The same of the figure that shows what is averaged, and what comes of it."""
        m = self.mixture(mixture)
        rows = []
        for k, s in enumerate(m.sources):
            is_root = s == m.root_name
            folder, what = ("widened", "root") if is_root else ("rooted", "rooted")
            rows.append((f"{s} ({what})", f"{self.grid(mixture, f'{folder}/{s}')}:{k}"))
        for kind in self.averages():
            grid = self.grid(mixture, f"average_{kind}")
            rows += [(f"average, {kind}: {s}", f"{grid}:{k}") for k, s in enumerate(m.sources)]
        return rows

    def averages(self) -> list[AverageKind]:
        """The averages that are among the methods."""
        return [kind for kind in AVERAGES if f"average_{kind}" in self.params.methods]

    def figure_rows(self, figure: str, mixture: str) -> list[tuple[str, str]]:
        """(label, grid and classes) of the lines of a figure."""
        return {"methods": self.method_rows, "averages": self.average_rows}[figure](mixture)

    def figure_grids(self, figure: str, mixture: str) -> list[str]:
        """The sample grids that a figure is made of."""
        return list(dict.fromkeys(place.rsplit(":", 1)[0] for _, place in self.figure_rows(figure, mixture)))

    def figure_kinds(self) -> list[str]:
        """The figures that each mixture gets."""
        return ["methods", "averages"] if "rooted" in self.averages() else ["methods"]

    def figure(self, kind: str, mixture: str) -> list[str]:
        """A figure, in both formats."""
        return [f"{self.results}/figures/{kind}_{mixture}.{suffix}" for suffix in ("png", "pdf")]

    def figures(self) -> list[str]:
        """Every figure."""
        return [path for m in self.params.mixtures for kind in self.figure_kinds() for path in self.figure(kind, m)]
