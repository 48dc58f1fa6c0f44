"""Rooted models, averages and unions: their files, and what they are made from."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from gan_cocktail.methods.table import methods_of
from gan_cocktail.params.method import AverageKind, Method
from gan_cocktail.params.ways import Mean, Way
from gan_cocktail.plan.sources import SourcePlan

HUB = ("model.safetensors", "config.json", "README.md", "grid.png")  # what a folder for the hub holds
AVERAGES: tuple[AverageKind, ...] = ("rooted", "unrooted")  # the plain means, which are shown by themselves


def one_of(names: Iterable[str]) -> str:
    """A regular expression that matches these names alone (nothing, if there are none)."""
    return "|".join(map(re.escape, names)) or "(?!)"


@dataclass(frozen=True)
class ModelPlan(SourcePlan):
    """The part of the plan that is about models."""

    def classes(self, mixture: str) -> str:
        """A mixture's sources in order, as the value of an option."""
        return ",".join(self.mixture(mixture).sources)

    def probabilities(self, mixture: str) -> str:
        """A mixture's class probabilities, as the value of an option."""
        return ",".join(map(repr, self.mixture(mixture).probabilities))

    @cached_property
    def methods(self) -> dict[str, Method]:
        """The methods that are compared, in the tables' order."""
        return methods_of(self.params.methods, self.params.variants)

    def trains(self) -> bool:
        """Whether any method does."""
        return any(method.trains for method in self.methods.values())

    def methods_for(self, mixture: str) -> list[str]:
        """Those that a mixture allows."""
        return [name for name in self.methods if not self.lacks(mixture, name)]

    def lacks(self, mixture: str, method: str) -> str:
        """What of a mixture's sources a method needs and they do not have, in words; nothing if it is all there."""
        sources, spec = {s: self.params.sources[s] for s in self.mixture(mixture).sources}, self.methods[method]
        if spec.images == "real" and not all(source.dataset for source in sources.values()):
            return "a `dataset` of each"
        needs_models = spec.initialisation == "sources" or spec.average == "unrooted"
        return "a model of each" if needs_models and any(source.images for source in sources.values()) else ""

    def weights(self) -> list[str]:
        """The extractors' files of weights."""
        return list(self.params.evaluation.files.values())

    def features(self) -> list[str]:
        """What statistics made here are of, as options."""
        evaluation = self.params.evaluation
        options = [f"--features={name}" for name in evaluation.features]
        return options + [f"--weights={name}={path}" for name, path in evaluation.weights.items()]

    # Rooting

    def position(self, mixture: str, source: str) -> int:
        """The class of a source in a mixture."""
        return self.mixture(mixture).sources.index(source)

    def positions(self, mixture: str, model: str) -> str:
        """The classes that a model has in a mixture, as the value of an option."""
        m = self.mixture(mixture)
        return ",".join(str(m.sources.index(s)) for s in m.classes_of(model))

    def picked(self, mixture: str, model: str) -> list[str]:
        """The same in the file that it is of, as options; none if it has one alone."""
        return self.class_options(*self.mixture(mixture).classes_of(model))

    def unwidened(self, mixture: str, model: str) -> str:
        """The checkpoint that a model is widened from; of a root that has no discriminator, with its new one."""
        m = self.mixture(mixture)
        root = ",".join(sorted(m.roots))
        is_new = model == m.root_name and root in self.new_discriminators()
        return self.with_discriminator(root) if is_new else self.model(model)

    def widened(self, mixture: str, source: str) -> str:
        """The model of a source, conditioned; of the root's classes it is one."""
        return f"{self.results}/widened/{mixture}/{self.mixture(mixture).model_of(source)}.safetensors"

    def leaf(self, mixture: str, source: str) -> list[str]:
        """That a source is not the root, as an option."""
        return ["--leaf"] if source in self.mixture(mixture).leaves else []

    def widened_root(self, mixture: str) -> str:
        """A mixture's root, conditioned."""
        return self.widened(mixture, self.mixture(mixture).root_name)

    def rooted(self, mixture: str, source: str, seed: int) -> str:
        """A source, rooted in the mixture's root."""
        return f"{self.results}/rooted/{mixture}/{source}/seed{seed}.safetensors"

    def stage(self, name: str, mixture: str, source: str) -> str:
        """The model of a source in a stage, `widened` or `rooted` (of the first replicate)."""
        first = self.params.seeds[0]
        return self.rooted(mixture, source, first) if name == "rooted" else self.widened(mixture, source)

    def images(self, source: str) -> str:
        """What a source's class is shown in training: its synthetic dataset, or its own model, drawn from anew."""
        fixed = self.params.synthesis.mode == "fixed" or self.params.sources[source].images
        return self.dataset(source) if fixed else self.model(source)

    def fisher(self, mixture: str) -> str:
        """The Fisher information of the mixture's root."""
        return f"{self.results}/fisher/{mixture}.safetensors"

    def fisher_widened(self, mixture: str, source: str) -> str:
        """That of another source as it is."""
        return f"{self.results}/fisher/{mixture}/{source}.safetensors"

    def fisher_rooted(self, mixture: str, source: str, seed: int) -> str:
        """That of another source, rooted."""
        return f"{self.results}/fisher/{mixture}/{source}/seed{seed}.safetensors"

    # Merging

    def averaging(self, name: str) -> tuple[AverageKind, Way]:
        """Of which models an average is, and how: a plain mean's name is its kind, another's that of its method."""
        for kind in AVERAGES:
            if name == kind:
                return kind, Mean()
        spec = self.methods[name]
        return spec.average or "rooted", spec.merge

    def average_name(self, method: str) -> str:
        """The average that a method starts from; nothing if it starts elsewhere."""
        spec = self.methods[method]
        return (spec.average or "") if spec.merge.is_plain else method

    def averages_of_seeds(self) -> list[str]:
        """The averages of which each replicate has its own: all but the plain mean of the sources as they are."""
        return ["rooted", *(method for method in self.methods if self.average_name(method) == method)]

    def to_average(self, mixture: str, name: str, seed: int) -> list[str]:
        """The root with the rooted models, or the sources as they are (widened), each model once."""
        kind, _ = self.averaging(name)
        return [self._averaged(mixture, s, kind, seed) for s in self.mixture(mixture).models]

    def _averaged(self, mixture: str, source: str, kind: AverageKind, seed: int) -> str:
        rooted = kind != "unrooted" and source in self.mixture(mixture).leaves
        return self.rooted(mixture, source, seed) if rooted else self.widened(mixture, source)

    def average(self, mixture: str, name: str, seed: int) -> str:
        """What becomes of those; the plain mean of the sources as they are is the same for all seeds."""
        own = name if name == "unrooted" else f"{name}/seed{seed}"
        return f"{self.results}/averages/{mixture}/{own}.safetensors"

    def merge(self, mixture: str, name: str, seed: int) -> list[str]:
        """How those are averaged, as options: the plain mean needs none."""
        m, (_, how) = self.mixture(mixture), self.averaging(name)
        if how.is_plain:
            return []
        settings = how.model_dump(exclude={"way"}, exclude_defaults=True)
        owners = [m.models.index(m.model_of(s)) for s in m.sources]
        several = len(m.models) < len(m.sources)
        told = [f"--way={how.way}", *([f"--settings={json.dumps(settings)}"] if settings else [])]
        told += [f"--root={m.models.index(m.root_name)}"]
        told += [f"--owners={','.join(map(str, owners))}"] * several + [f"--seed={seed}"] * (how.way == "dare")
        return told + [f"--fisher={path}" for path in self.fishers_to_average(mixture, name, seed)]

    def fishers_to_average(self, mixture: str, name: str, seed: int) -> list[str]:
        """The Fisher information of each model that is averaged, if the way goes by it."""
        kind, how = self.averaging(name)
        models = self.mixture(mixture).models if how.way == "fisher" else []
        return [self._fisher_of(mixture, s, kind, seed) for s in models]

    def _fisher_of(self, mixture: str, source: str, kind: AverageKind, seed: int) -> str:
        if source not in self.mixture(mixture).leaves:
            return self.fisher(mixture)
        return self.fisher_rooted(mixture, source, seed) if kind == "rooted" else self.fisher_widened(mixture, source)

    def initialisation(self, mixture: str, method: str, seed: int) -> str:
        """Where a method starts; of a random start, whose architecture it takes."""
        spec = self.methods[method]
        if spec.average:
            return self.average(mixture, self.average_name(method), seed)
        if spec.initialisation == "rooted":
            return self.rooted(mixture, self.mixture(mixture).leaves[0], seed)
        return self.widened_root(mixture)

    def shown(self, mixture: str, method: str) -> list[str]:
        """The images that a method is trained on, one dataset (or source to draw from) a class."""
        if self.methods[method].images == "real":
            return [self.params.sources[s].dataset or "" for s in self.mixture(mixture).sources]
        return [self.images(s) for s in self.mixture(mixture).sources]

    def data(self, method: str) -> str:
        """What images a method is trained on: fixed or fresh synthetic ones, or real ones."""
        return "real" if self.methods[method].images == "real" else self.params.synthesis.mode

    def of_real_images(self, method: str) -> list[str]:
        """That a method's images are real, if they are, as an option."""
        return ["--real"] if self.data(method) == "real" else []

    def fishers(self, mixture: str, method: str) -> list[str]:
        """The Fisher information, if the method goes by it."""
        return [self.fisher(mixture)] if self.methods[method].ewc else []

    def teachers(self, mixture: str, method: str, seed: int) -> list[str]:
        """What a method is pulled to, if it is: the root's model and, if it starts from these too, the rooted ones."""
        return [each for each in self._teachers(mixture, method, seed) if each]

    def _teachers(self, mixture: str, method: str, seed: int) -> list[str]:
        """Those, one a class; "" for a class that no model in the latent space of the method's start draws."""
        spec, m = self.methods[method], self.mixture(mixture)
        if not spec.consistency:
            return []
        alone = m.leaves if spec.initialisation == "root" else []
        return ["" if s in alone else self._averaged(mixture, s, "rooted", seed) for s in m.sources]

    def twist(self, mixture: str, method: str, seed: int) -> list[str]:
        """What sets a method's training apart, as options."""
        spec = self.methods[method]
        options = ["--from-scratch"] if spec.initialisation == "random" else []
        if spec.ewc:
            options += [f"--ewc={spec.ewc.model_dump_json()}", f"--fisher={self.fisher(mixture)}"]
        if spec.consistency:
            options += [f"--consistency={spec.consistency.model_dump_json()}"]
            options += [f"--teacher={path or 'none'}" for path in self._teachers(mixture, method, seed)]
        read = self.reading if spec.images == "real" else self.synthetic_reading
        options += read(*self.mixture(mixture).sources)
        return options + ([f"--frozen-layers={spec.frozen_layers}"] if spec.frozen_layers else [])

    def drawing(self) -> str:
        """How trainings draw from sources, if they do, as an option."""
        s = self.params.synthesis
        return f"--truncation-psi={s.truncation_psi}" if s.mode == "fresh" else ""

    def rooted_class(self, *sources: str) -> list[str]:
        """Of which class rooting draws a source's images, if it draws them, as options."""
        return self.source_classes(*sources) if self.params.synthesis.mode == "fresh" else []

    def shown_classes(self, mixture: str, method: str) -> list[str]:
        """The same of a training on all sources."""
        return self.source_classes(*self.mixture(mixture).sources) if self.data(method) == "fresh" else []

    def measured_classes(self, mixture: str, method: str) -> list[str]:
        """Which class of each of a method's models is its domain, as options: of sources, measured as they are."""
        of_sources = self.methods[method].initialisation == "sources"
        return self.source_classes(*self.mixture(mixture).sources) if of_sources else []

    def models(self, mixture: str, method: str, seed: int) -> list[str]:
        """A method's model, trained or as it starts; of the ensemble, one model a class."""
        spec = self.methods[method]
        if spec.initialisation == "sources":
            return [self.model(s) for s in self.mixture(mixture).sources]
        if not spec.trains:
            return [self.initialisation(mixture, method, seed)]
        return [f"{self.results}/unions/{mixture}/{method}/seed{seed}.safetensors"]

    def snapshots(self, mixture: str, method: str, seed: int) -> list[str]:
        """The file with a training's snapshots, if the method trains."""
        trains = self.methods[method].trains
        return [f"{self.results}/unions/{mixture}/{method}/seed{seed}.snapshots.safetensors"] if trains else []

    def unions(self) -> list[str]:
        """The models that users come for."""
        return [
            model
            for mixture in self.params.mixtures
            for method in self.methods_for(mixture)
            if self.methods[method].trains
            for seed in self.params.seeds
            for model in self.models(mixture, method, seed)
        ]

    def hub(self, mixture: str, method: str) -> list[str]:
        """The folder for the hub of a method's model (first replicate), file by file; none if it does not train."""
        trains = self.methods[method].trains
        return [f"{self.results}/unions/{mixture}/{method}/hub/{name}" for name in HUB] if trains else []

    def hubs(self) -> list[str]:
        """All of these."""
        return [
            path
            for mixture in self.params.mixtures
            for method in self.methods_for(mixture)
            for path in self.hub(mixture, method)
        ]

    def rooting_kimg(self, mixture: str, method: str) -> float:
        """What a method spent before merging."""
        spec, leaves = self.methods[method], len(self.mixture(mixture).leaves)
        rootings = leaves if spec.average == "rooted" else int(spec.initialisation == "rooted")
        return rootings * self.params.rooting.kimg

    def merging_kimg(self, mixture: str, method: str) -> float:
        """What a method spends on the union: the total is the same for all that train."""
        if not self.methods[method].trains:
            return 0
        return round(self.params.total_kimg(mixture) - self.rooting_kimg(mixture, method), 6)

    def snapshot_kimg(self, mixture: str, method: str) -> list[float]:
        """Where a training is also measured: along its curve, and at the merging kimg at which `ours` ends."""
        end, spent = self.merging_kimg(mixture, method), self.rooting_kimg(mixture, method)
        total, points = self.params.total_kimg(mixture), self.params.merging.points
        along = {round(total * k / points - spent, 6) for k in range(1, points)}
        return sorted(kimg for kimg in along | {self.params.merging.kimg} if 0 < kimg < end)
