"""The whole plan: models, what is measured of them, and what is shown."""

import json

from gan_cocktail.params.method import AverageKind
from gan_cocktail.plan.models import AVERAGES, ModelPlan

TABLES = ("main", "metrics", "paired", "convergence")
APPLICATIONS = ("interpolate", "swap", "mix")
FOLDERS = {  # of results/, where those of params.yaml are
    "sources", "synthetic", "references", "discriminators", "widened", "rooted", "fisher", "averages", "unions",
    "features", "evaluation", "distances", "samples", "applications", "tables", "figures", "logs", "benchmarks",
}  # fmt: skip


class Plan(ModelPlan):
    """The experiment that a set of parameters describes."""

    # Measurements

    def roots(self) -> bool:
        """Whether any method needs rooted models."""
        return any(self.rooting_kimg(mixture, method) for mixture in self.params.mixtures for method in self.methods)

    def distances(self) -> list[str]:
        """How far the sources' weights are from the root's, before and after rooting, if there is any."""
        found = [self.distance(mixture, seed) for mixture in self.params.mixtures for seed in self.params.seeds]
        return found if self.roots() else []

    def distance(self, mixture: str, seed: int) -> str:
        """The same of one mixture and replicate."""
        return f"{self.results}/distances/{mixture}/seed{seed}.json"

    def widened_leaves(self, mixture: str) -> list[str]:
        """The sources other than the root that have models, conditioned."""
        return [self.widened(mixture, s) for s in self.with_models(self.mixture(mixture).leaves)]

    def rooted_leaves(self, mixture: str, seed: int) -> list[str]:
        """The same, rooted."""
        return [self.rooted(mixture, s, seed) for s in self.mixture(mixture).leaves]

    def distance_names(self, mixture: str) -> str:
        """What the root and the rooted sources are called there, as the value of an option."""
        m = self.mixture(mixture)
        return ",".join([m.root_label, *m.leaves])

    def without_models(self, mixture: str) -> list[str]:
        """Which sources are given as images alone, as an option."""
        names = [s for s in self.mixture(mixture).leaves if self.params.sources[s].images]
        return [f"--images={','.join(names)}"] if names else []

    def evaluation(self, mixture: str, method: str, seed: int) -> str:
        """A method's measurements."""
        return f"{self.results}/evaluation/{mixture}/{method}/seed{seed}.json"

    def evaluations(self, *mixtures: str) -> list[str]:
        """The measurements of these mixtures (none: of all), in the tables' order."""
        return [
            self.evaluation(mixture, method, seed)
            for mixture in mixtures or self.params.mixtures
            for method in self.methods_for(mixture)
            for seed in self.params.seeds
        ]

    def tables(self) -> list[str]:
        """The tables, in every format."""
        return [f"{self.results}/tables/{name}.{suffix}" for name in TABLES for suffix in ("csv", "md", "tex")]

    def metrics(self) -> str:
        """The tables' summary, for DVC."""
        return f"{self.results}/metrics.json"

    def labels(self) -> str:
        """What methods are called in tables and figures, as JSON."""
        return json.dumps({name: method.label for name, method in self.methods.items()})

    def baselines(self) -> str:
        """The methods that the claim is judged against, comma-separated."""
        found = [name for name, method in self.methods.items() if method.role == "baseline" and method.trains]
        return ",".join(found)

    def bounds(self) -> str:
        """The methods that do not compete, comma-separated."""
        return ",".join(name for name, method in self.methods.items() if method.role == "bound")

    def grid(self, mixture: str, name: str) -> str:
        """The sample grid of a method, or of a class of a stage's model (`rooted/face`)."""
        return f"{self.results}/samples/{mixture}/{name}.png"

    def method_rows(self, mixture: str) -> list[tuple[str, str]]:
        """(label, sample grid and its classes) of the figure that compares methods."""
        classes = ",".join(map(str, range(len(self.mixture(mixture).sources))))
        return [(self.methods[m].label, f"{self.grid(mixture, m)}:{classes}") for m in self.methods_for(mixture)]

    def average_rows(self, mixture: str) -> list[tuple[str, str]]:
        """The same of the figure that shows what is averaged, and what comes of it."""
        m = self.mixture(mixture)
        rows = []
        for k, s in enumerate(m.sources):
            folder, what = ("rooted", "rooted") if s in m.leaves else ("widened", "root")
            rows.append((f"{s} ({what})", f"{self.grid(mixture, f'{folder}/{m.model_of(s)}')}:{k}"))
        for kind in self.averages(mixture):
            grid = self.grid(mixture, f"average_{kind}")
            rows += [(f"average, {kind}: {s}", f"{grid}:{k}") for k, s in enumerate(m.sources)]
        return rows

    def averages(self, mixture: str) -> list[AverageKind]:
        """The averages that are among a mixture's methods."""
        return [kind for kind in AVERAGES if f"average_{kind}" in self.methods_for(mixture)]

    # Applications

    def applied(self, mixture: str) -> str:
        """The union GAN whose latent space is shown: that of the first method that trains; none: empty."""
        trained = [name for name in self.methods_for(mixture) if self.methods[name].trains]
        return self.models(mixture, trained[0], self.params.seeds[0])[0] if trained else ""

    def attributes(self) -> list[str]:
        """The attributes whose directions are found."""
        return list(self.params.applications.attributes) if self.params.applications else []

    def traversed(self) -> int:
        """With how many latents a direction is measured in each domain, each of them drawn at many places."""
        found = self.params.applications
        return max(2, found.n_images // 10) if found else 0

    def application(self, mixture: str, name: str, suffix: str = "png") -> str:
        """What an application makes: a grid, a direction (safetensors), or what a direction does (json)."""
        return f"{self.results}/applications/{mixture}/{name}.{suffix}"

    def effects(self) -> list[str]:
        """What the directions do, in numbers."""
        if "applications" not in self.figure_kinds():
            return []
        return [self.application(m, name, "json") for m in self.params.mixtures for name in self.attributes()]

    def panels(self, mixture: str) -> list[tuple[str, str]]:
        """(title, grid) of the parts of the figure that shows the applications."""
        names = self.mixture(mixture).sources
        titles = {
            "interpolate": f"Interpolation in W, {' → '.join(names)}: one latent a row",
            "swap": f"Layer swapping: all layers of {names[1]}, then one layer more of {names[0]} a column",
            "mix": f"Style mixing: coarse layers of {names[0]} (left), fine layers of {names[1]} (top)",
        }
        for name in self.attributes():
            titles[name] = f"Direction of {name}, found in {names[0]}: -3 to +3 std, rows of {', '.join(names)}"
        return [(title, self.application(mixture, name)) for name, title in titles.items()]

    # Figures

    def figure_options(self, kind: str, mixture: str) -> list[str]:
        """What a figure shows, as options."""
        if kind == "applications":
            return [f"--panel={title}={grid}" for title, grid in self.panels(mixture)]
        rows = self.method_rows(mixture) if kind == "methods" else self.average_rows(mixture)
        headers = [f"--headers={self.classes(mixture)}"] if kind == "methods" else []
        return [f"--row={label}={place}" for label, place in rows] + headers

    def figure_grids(self, kind: str, mixture: str) -> list[str]:
        """The grids that a figure is made of."""
        if kind == "applications":
            return [grid for _, grid in self.panels(mixture)]
        rows = self.method_rows(mixture) if kind == "methods" else self.average_rows(mixture)
        return list(dict.fromkeys(place.rsplit(":", 1)[0] for _, place in rows))

    def figure_kinds(self) -> list[str]:
        """The figures that each mixture gets."""
        kinds = ["methods"] + ["averages"] * ("average_rooted" in self.params.methods)
        return kinds + ["applications"] * (self.trains() and self.params.applications is not None)

    def figure(self, name: str) -> list[str]:
        """A figure, in both formats."""
        return [f"{self.results}/figures/{name}.{suffix}" for suffix in ("png", "pdf")]

    def curves(self) -> list[str]:
        """FID against kimg, if any training is measured on its way."""
        mixtures = self.params.mixtures
        measured = any(self.snapshot_kimg(mixture, m) for mixture in mixtures for m in self.methods_for(mixture))
        return self.figure("curves") if measured else []

    def distance_report(self) -> list[str]:
        """Layer distances as a table and a figure, if there are any."""
        tables = [f"{self.results}/tables/distances.{suffix}" for suffix in ("csv", "md", "tex")]
        return [*tables, *self.figure("distances")] if self.roots() else []

    def grid_figures(self) -> list[str]:
        """The figures that are made of grids."""
        return [
            path for m in self.params.mixtures for kind in self.figure_kinds() for path in self.figure(f"{kind}_{m}")
        ]

    def figures(self) -> list[str]:
        """Every figure."""
        return [*self.curves(), *(p for p in self.distance_report() if "/figures/" in p), *self.grid_figures()]

    def report(self) -> str:
        """The page that a person opens."""
        return f"{self.results}/report.html"

    def report_figures(self) -> list[tuple[str, str, str]]:
        """(section, caption, image) of the page's figures, in order."""
        found = [
            ("curves", "FID, mean over domains, against kimg; bands: range over seeds.", p) for p in self.curves()[:1]
        ]
        if self.roots():
            caption = "Squared distance of each layer's weights from the root's, before and after rooting."
            found.append(("distances", caption, self.figure("distances")[0]))
        captions = {
            "methods": ("samples", "{}: the same latents through each method."),
            "averages": ("samples", "{}: what is averaged, and what averaging alone gives."),
            "applications": ("applications", "{}: uses of the shared latent space."),
        }
        for mixture in self.params.mixtures:
            for kind in self.figure_kinds():
                section, caption = captions[kind]
                found.append((section, caption.format(mixture), self.figure(f"{kind}_{mixture}")[0]))
        return found
