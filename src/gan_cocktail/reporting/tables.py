"""Tables of the evaluation: `main` (FID and KID) and `metrics` (the others), mean ± std over seeds."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from gan_cocktail.reporting.formats import FEW, MINUS, NONE, SUBSETS, Table, number, plus_minus
from gan_cocktail.reporting.measures import MAIN, measure
from gan_cocktail.reporting.notes import protocol
from gan_cocktail.reporting.rows import at_budget, final, over_domains
from gan_cocktail.reporting.statistics import over_seeds

Labels = Mapping[str, str]
END = "End of the budget (trained methods: equal total kimg)"
MERGING = "After as much merging as ours (equal merging kimg)"
BEST = "Bold: the best single model of a group by its mean."
KIMG = "kimg: in all, rooting counted."
DOMAINS = "`mean`: over domains; `union`: labels drawn by the class probabilities, pooled reference."


def views(rows: pd.DataFrame, *, merging: bool) -> dict[str, pd.DataFrame]:
    """Statistics over seeds at each budget at which methods are compared; floor and ceiling apart."""
    competing = rows[rows["competes"]]
    found = {END: final(competing)}
    if merging:
        found[MERGING] = at_budget(competing, "merging_kimg")
    found["Floor and ceiling (no competitors)"] = final(rows[~rows["competes"]])
    return {name: over_seeds(view) for name, view in found.items() if len(view)}


def _printed(row: Mapping[Any, Any]) -> tuple[str, str]:
    """A number, and its spread over seeds; over KID's subsets, marked, if there is one seed."""
    scale = measure(row["metric"]).scale
    spread = row["subset_std"] if row["n"] == 1 else row["std"]
    few = FEW if row["few"] else ""
    mark = SUBSETS if row["n"] == 1 and not math.isnan(spread) else ""
    return number(row["mean"] * scale, spread * scale), plus_minus(row["mean"] * scale, spread * scale) + mark + few


def _rank(row: Mapping[Any, Any], value: str) -> float:
    """Smaller is better; NaN for one that cannot be the best."""
    sign = {"lower": 1.0, "higher": -1.0, "": math.nan}[measure(row["metric"]).better]
    return math.nan if not row["competes"] or value == NONE else sign * float(value.replace(MINUS, "-"))


def cells(view: pd.DataFrame, column: str) -> pd.DataFrame:
    """A view as printed cells, methods by the values of `column`, both in order; each column's best in bold.

    What is printed decides, so equal numbers are all bold. A missing number is an en dash.
    """
    records = view.to_dict("records")
    printed = [_printed(row) for row in records]
    ranks = pd.Series([_rank(row, v) for row, (v, _) in zip(records, printed, strict=True)], index=view.index)
    best = ranks == ranks.groupby(view[column]).transform("min")
    text = [f"**{v}**{s}" if b else v + s for (v, s), b in zip(printed, best, strict=True)]
    table = view.assign(cell=text).pivot(index="method", columns=column, values="cell")
    return table.reindex(index=view["method"].unique(), columns=view[column].unique()).fillna(NONE)


def compare(
    rows: pd.DataFrame, column: str, labels: Labels, *, merging: bool, kimg: bool
) -> tuple[list[str], dict[str, list[list[str]]]]:
    """Column headings, and rows of cells by view: label, perhaps total kimg, a cell for each value of `column`."""
    columns, groups = list(rows[column].unique()), {}
    for name, view in views(rows, merging=merging).items():
        table = cells(view, column).reindex(columns=columns).fillna(NONE)
        spent = view.groupby("method")["kimg"].first()
        groups[name] = [[labels.get(m, m), *([f"{spent[m]:g}"] if kimg else []), *table.loc[m]] for m in table.index]
    return ["method", *(["kimg"] if kimg else []), *columns], groups


def overview(rows: pd.DataFrame, labels: Labels) -> list[Table]:
    """FID by mixture at a glance, if there are several: mean over domains, and of the union (the paper's Table 3)."""
    fid, found = rows[rows["metric"] == "fid"], list[Table]()
    if fid["mixture"].nunique() < 2:
        return []
    for domain, heading in {"mean": "mean over domains", "union": "union"}.items():
        if len(some := fid[fid["domain"] == domain]):
            columns, groups = compare(some, "mixture", labels, merging=True, kimg=False)
            found.append(Table(f"FID ↓, {heading}", columns, groups, BEST))
    return [*found[:-1], replace(found[-1], notes=f"{BEST} {DOMAINS} {protocol(over_seeds(fid), labels)}")]


def main_tables(rows: pd.DataFrame, labels: Labels, by: str = "") -> list[Table]:
    """FID and KID of each mixture by domain; `by`: the extractor to name in titles, if it is not the first."""
    result = []
    for mixture in rows["mixture"].unique():
        for metric in MAIN:
            some = rows[(rows["mixture"] == mixture) & (rows["metric"] == metric)]
            if len(some):
                columns, groups = compare(some, "domain", labels, merging=True, kimg=True)
                text = f"{BEST} {KIMG} {DOMAINS} {protocol(over_seeds(some), labels)}"
                title = f"{measure(metric).heading}, {mixture}" + (f", by {by}" if by else "")
                result.append(Table(title, columns, groups, text))
    return result


def metrics_tables(rows: pd.DataFrame, labels: Labels) -> list[Table]:
    """The metrics beside FID and KID, of each mixture: whatever was measured."""
    result = []
    more = rows[~rows["metric"].isin(MAIN)]
    for mixture in more["mixture"].unique():
        every = more[more["mixture"] == mixture]
        some = over_domains(every)
        columns, groups = compare(some, "metric", labels, merging=False, kimg=True)
        headings = [measure(c).heading for c in columns]
        union = list(some.loc[some["domain"] == "union", "metric"].unique())
        over = "Means over domains" + (f"; of the union: {', '.join(union)}." if union else ".")
        text = f"{BEST} {KIMG} {over} {protocol(over_seeds(every), labels)}"
        result.append(Table(f"Other metrics, {mixture}", headings, groups, text))
    return result


def summary(rows: pd.DataFrame) -> dict[str, dict[str, dict[str, float]]]:
    """Mixture, method, metric: the mean over domains and seeds at the end of the budget; METRIC_std over seeds."""
    nested: dict[str, dict[str, dict[str, float]]] = {}
    for row in over_seeds(final(over_domains(rows))).dropna(subset="mean").to_dict("records"):
        values = nested.setdefault(row["mixture"], {}).setdefault(row["method"], {})
        values[row["metric"]] = row["mean"]
        if row["n"] > 1:
            values[f"{row['metric']}_std"] = row["std"]
    return nested
