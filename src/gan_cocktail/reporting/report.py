"""The page that a person opens after a run: one HTML file, a pure function of what it is given."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from gan_cocktail.reporting.convergence import convergence, convergence_tables
from gan_cocktail.reporting.distances import distance_rows, distances_table, over_files
from gan_cocktail.reporting.formats import NONE, Table, number
from gan_cocktail.reporting.inputs import Inputs, sections_of
from gan_cocktail.reporting.paired import comparisons, paired_tables
from gan_cocktail.reporting.phrases import headline, limits, sentence
from gan_cocktail.reporting.rows import NOT_DOMAINS, by_others, rows_of
from gan_cocktail.reporting.runtime import duration
from gan_cocktail.reporting.tables import main_tables, metrics_tables, overview
from gan_cocktail.reporting.verdicts import BUDGETS, Verdict, baselines_of, judge


@dataclass(frozen=True)
class Mixture:
    """One mixture's part of the page."""

    name: str
    sources: list[str]
    root: str
    rootings: int  # of how many sources a model is rooted
    shares: list[float]
    shown: list[str]  # what its models were trained on, and what became of it: a sentence a source
    verdicts: list[Verdict]  # one a budget: total kimg, and kimg of merging
    tables: list[Table]

    @property
    def total_kimg(self) -> float:
        """Of `ours`, rooting counted; NaN without it."""
        return self.verdicts[0].kimg

    @property
    def merging_kimg(self) -> float:
        """Of `ours`; NaN without it."""
        return self.verdicts[1].kimg

    @property
    def rooting_kimg(self) -> float:
        """Of each rooted model."""
        return (self.total_kimg - self.merging_kimg) / self.rootings


def describe_mixture(rows: pd.DataFrame, name: str, inputs: Inputs) -> Mixture:
    """Everything that the page says of one mixture."""
    some = rows[rows["mixture"] == name]
    known = inputs.params.mixtures.get(name) if inputs.params else None
    sources = known.sources if known else [d for d in some["domain"].unique() if d not in NOT_DOMAINS]
    tables = main_tables(some, inputs.labels)
    for extractor, others in by_others(inputs.evaluations).items():
        theirs = rows_of(others, inputs.bounds)
        tables += main_tables(theirs[theirs["mixture"] == name], inputs.labels, by=extractor)
    tables += metrics_tables(some, inputs.labels)
    return Mixture(
        name,
        sources,
        known.root_label if known else "",
        len(known.leaves) if known else len(sources) - 1,
        known.probabilities if known else [],
        shown_in(name, inputs.evaluations.values()),
        [judge(some, name, budget, inputs.baselines or baselines_of(some)) for budget in BUDGETS],
        tables + paired_tables(comparisons(some), inputs.labels),
    )


def shown_in(mixture: str, evaluations: Collection[Mapping[str, Any]]) -> list[str]:
    """The sentences of the synthetic images that a mixture's models were trained on; none if no model tells."""
    theirs = (e["info"].get("shown", []) for e in evaluations if any(row["mixture"] == mixture for row in e["rows"]))
    return list(dict.fromkeys(sentence for shown in theirs for sentence in shown))


def measurement(rows: pd.DataFrame, evaluations: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """How the numbers were made, as label and value."""
    info = next(iter(evaluations))["info"]
    rows = rows[rows["metric"] == "fid"]
    extractor, settings, first = info["extractor"], info["settings"], rows.iloc[0]
    single = rows[~rows["domain"].isin(NOT_DOMAINS)].drop_duplicates(["domain", "reference", "n_reference"])
    references = [f"{r['domain']} ({r['n_reference']:,} {r['reference']} images)" for _, r in single.iterrows()]
    read = {domain: said for each in evaluations for domain, said in each["info"].get("read", {}).items()}
    return {
        "Features": f"{extractor['name']}, {extractor['dim']} dimensions, resized by {extractor['resize']}",
        "Extractor's SHA-256": extractor["weights_sha256"],
        **(
            {"Further features": ", ".join(e["name"] for e in others)}
            if (others := info.get("further_extractors"))
            else {}
        ),
        "Generated images": f"{first['n_images']:,} a domain, and for the union",
        "References": ", ".join(references),
        "KID": f"{settings['kid_subsets']} subsets of {settings['kid_subset_size']:,} images",
        "Seeds": ", ".join(map(str, sorted(rows["seed"].unique()))),
    } | {f"Real images, {domain}": said for domain, said in read.items()}


def surroundings(evaluations: Collection[Mapping[str, Any]]) -> dict[str, list[str]]:
    """The machines and versions that the numbers were made by: every value of each, in order."""
    found: dict[str, set[str]] = {}
    for each in evaluations:
        for name, value in (each["info"].get("machine", {}) | each["info"]["versions"]).items():
            found.setdefault(name, set()).add(value)
    return {name: sorted(values) for name, values in found.items()}


def provenance(inputs: Inputs) -> dict[str, str]:
    """Where and by what the numbers were made, as label and value."""
    facts = {"Commit": inputs.commit, "Date": inputs.date}
    made_by = surroundings(inputs.evaluations.values())
    return {k: v for k, v in facts.items() if v} | {k: ", ".join(v) for k, v in made_by.items()}


def plain_table(found: Mapping[str, Any]) -> Table:
    """Any rows of values; columns of lists are left out."""
    rows = pd.DataFrame(found["rows"])
    rows = rows.loc[:, ~rows.map(lambda v: isinstance(v, list)).any()]
    cells = rows.map(lambda v: f"{v:.3g}" if isinstance(v, float) else str(v)).replace("nan", NONE)
    return Table(found.get("title", ""), [*map(str, rows.columns)], {"": cells.to_numpy().tolist()}, "")


def rich(cell: str) -> Markup:
    """A table's cell as HTML: **bold**, and the spread small."""
    value, sign, spread = str(escape(cell)).partition(" ± ")
    bold = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", value)
    return Markup(f"{bold}<small>±\N{NARROW NO-BREAK SPACE}{spread}</small>" if sign else bold)  # noqa: S704 - escaped above


def breakable(name: str) -> Markup:
    """A name, often a mixture's, that may be broken before + and behind _."""
    return Markup(str(escape(name)).replace("+", "<wbr>+").replace("_", "_<wbr>"))  # noqa: S704 - escaped


def code(notes: str) -> Markup:
    """A table's notes as HTML: `code`."""
    return Markup(re.sub(r"`(.+?)`", r"<code>\1</code>", str(escape(notes))))  # noqa: S704 - escaped


def render(inputs: Inputs) -> str:
    """The page as HTML: no script, nothing fetched, the same text for the same inputs."""
    rows = rows_of(inputs.evaluations, inputs.bounds)
    mixtures = [describe_mixture(rows, str(name), inputs) for name in rows["mixture"].unique()]
    environment = Environment(
        loader=PackageLoader("gan_cocktail.reporting", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"number": number, "duration": duration, "sentence": sentence}
    environment.filters |= {"rich": rich, "code": code, "breakable": breakable}
    return environment.get_template("report.html.j2").render(
        inputs=inputs,
        sections=sections_of(inputs),
        mixtures=mixtures,
        overview=overview(rows, inputs.labels),
        convergence=convergence_tables(convergence(rows), inputs.labels),
        budgets=BUDGETS,
        distances=distances_table(over_files(distance_rows(inputs.distances))),
        directions=[plain_table(found) for found in inputs.directions],
        headlines={words: headline([m.verdicts[i] for m in mixtures]) for i, words in enumerate(BUDGETS.values())},
        measurement=measurement(rows, inputs.evaluations.values()),
        provenance=provenance(inputs),
        limits=limits(rows, inputs.labels, surroundings(inputs.evaluations.values()).get("CPU", [])),
        params=yaml.safe_dump(inputs.params.model_dump(mode="json"), sort_keys=False) if inputs.params else "",
    )
