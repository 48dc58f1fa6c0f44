"""The page that a person opens after a run: one HTML file, a pure function of what it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from gan_cocktail.reporting.comparison import DASH, Comparison, compare
from gan_cocktail.reporting.convergence import convergence, convergence_tables
from gan_cocktail.reporting.formats import number
from gan_cocktail.reporting.inputs import Inputs, collect, sections_of
from gan_cocktail.reporting.phrases import gap, headline, limits, range_of, sentence
from gan_cocktail.reporting.rows import at_merging, final
from gan_cocktail.reporting.runtime import duration
from gan_cocktail.reporting.verdicts import BUDGETS, Verdict, baselines_of, judge


@dataclass(frozen=True)
class Mixture:
    """One mixture's part of the page."""

    name: str
    sources: list[str]
    root: str
    shares: list[float]
    total_kimg: float
    merging_kimg: float
    verdicts: list[Verdict]  # one a budget
    tables: list[tuple[str, Comparison]]  # title, numbers

    @property
    def rooting_kimg(self) -> float:
        """Of each rooted model."""
        return (self.total_kimg - self.merging_kimg) / (len(self.sources) - 1)

    @property
    def baselines(self) -> list[str]:
        """Those of any verdict, the best first."""
        found = [name for v in self.verdicts for name in (*(d.baseline for d in v.differences), *v.missing)]
        return list(dict.fromkeys(found))


def describe_mixture(rows: pd.DataFrame, name: str, inputs: Inputs) -> Mixture:
    """Everything that the page says of one mixture."""
    some = rows[rows["mixture"] == name]
    verdicts = [judge(rows, name, budget, inputs.baselines or baselines_of(some)) for budget in BUDGETS]
    total, merging = (v.kimg for v in verdicts)
    known = inputs.params.mixtures.get(name) if inputs.params else None
    sources = known.sources if known else [d for d in some["domain"].unique() if d not in ("mean", "union")]
    tables = [("At the end of each budget", final(some))]
    tables += [(f"After {merging:g} kimg of merging", at_merging(some))]
    return Mixture(
        name,
        sources,
        known.root_name if known else "",
        known.probabilities if known else [],
        total,
        merging,
        verdicts,
        [(title, compare(view, inputs.labels)) for title, view in tables if len(view)],
    )


def measurement(rows: pd.DataFrame, evaluations: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """How the numbers were made, as label and value."""
    infos = [each["info"] for each in evaluations]
    rows = rows[rows["metric"] == "fid"]
    extractor, first = infos[0]["extractor"], rows.iloc[0]
    single = rows[~rows["domain"].isin(["mean", "union"])].drop_duplicates(["domain", "reference", "n_reference"])
    settings = infos[0]["settings"]
    references = [f"{r['domain']} ({r['n_reference']:,} {r['reference']} images)" for _, r in single.iterrows()]
    return {
        "Features": f"{extractor['name']}, {extractor['dim']} dimensions, resized by {extractor['resize']}",
        "Extractor's SHA-256": extractor["weights_sha256"],
        "Generated images": f"{first['n_images']:,} a domain, and for the union",
        "References": ", ".join(references),
        "KID": f"{settings['kid_subsets']} subsets of {settings['kid_subset_size']:,} images",
        "Seeds": ", ".join(map(str, sorted(rows["seed"].unique()))),
    }


def provenance(inputs: Inputs) -> dict[str, str]:
    """Where and by what the numbers were made, as label and value."""
    found: dict[str, list[str]] = {}
    for each in inputs.evaluations:
        for name, value in (each["info"].get("machine", {}) | each["info"]["versions"]).items():
            found.setdefault(name, []).append(value)
    facts = {"Commit": inputs.commit, "Date": inputs.date}
    return {k: v for k, v in facts.items() if v} | {k: ", ".join(sorted(set(v))) for k, v in found.items()}


def plain_table(found: Mapping[str, Any]) -> dict[str, Any]:
    """Any rows of values as printed columns and cells."""
    rows = pd.DataFrame(found["rows"])
    cells = rows.map(lambda v: f"{v:.3g}" if isinstance(v, float) else str(v)).replace("nan", DASH)
    return {"title": found.get("title", ""), "columns": [*map(str, rows.columns)], "rows": cells.to_numpy().tolist()}


def render(inputs: Inputs) -> str:
    """The page as HTML: no script, nothing fetched, the same text for the same inputs."""
    rows = collect(inputs.evaluations)
    mixtures = [describe_mixture(rows, str(name), inputs) for name in rows["mixture"].unique()]
    environment = Environment(
        loader=PackageLoader("gan_cocktail.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "duration": duration,
        "gap": gap,
        "range_of": range_of,
        "sentence": sentence,
    }
    return environment.get_template("report.html.j2").render(
        inputs=inputs,
        sections=sections_of(inputs),
        mixtures=mixtures,
        convergence=convergence_tables(convergence(rows), inputs.labels),
        budgets=BUDGETS,
        directions=[plain_table(found) for found in inputs.directions],
        headlines={words: headline([m.verdicts[i] for m in mixtures]) for i, (_, words) in enumerate(BUDGETS.values())},
        measurement=measurement(rows, inputs.evaluations),
        provenance=provenance(inputs),
        limits=limits(rows, inputs.labels),
        params=yaml.safe_dump(inputs.params.model_dump(mode="json"), sort_keys=False) if inputs.params else "",
    )
