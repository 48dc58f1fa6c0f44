"""The numbers as cells of a page's table: mean and standard deviation over seeds."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from gan_cocktail.reporting.measures import APART, measure

BESIDE = ("kid", "precision", "recall")  # of the mean over domains, beside FID
DASH = "\N{EN DASH}"  # what was not measured


@dataclass(frozen=True)
class Cell:
    """One number."""

    text: str
    spread: str = ""  # standard deviation over seeds; empty: one seed
    best: bool = False  # of the methods that compete


@dataclass(frozen=True)
class Line:
    """One method."""

    label: str
    kimg: str
    cells: list[Cell]
    competes: bool


@dataclass(frozen=True)
class Comparison:
    """Methods by rows; FID of the mean, the union and each domain, then other metrics of the mean, by columns."""

    domains: list[str]
    beside: list[str]  # headings of the other metrics
    lines: list[Line]
    seeds: int


def number(value: float, like: float | None = None) -> str:
    """Three digits, or as many decimals as `like` gets."""
    size = abs(value if like is None else like)
    return f"{value:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"


def compare(rows: pd.DataFrame, labels: Mapping[str, str]) -> Comparison:
    """The table of one mixture at one budget.

    rows: one per method, domain, metric and seed; methods and domains keep their order.
    """
    named = [d for d in rows["domain"].unique() if d not in ("mean", "union")]
    domains = [d for d in ("mean", "union") if d in set(rows["domain"])] + named
    beside = [metric for metric in BESIDE if metric in set(rows["metric"])]
    columns = [("fid", d) for d in domains] + [(metric, "mean") for metric in beside]
    over_seeds = rows.groupby(["method", "metric", "domain"])["mean"]
    means, stds = over_seeds.mean().to_dict(), over_seeds.std().to_dict()
    single = rows[~rows["method"].isin(list(APART))].groupby(["method", "metric", "domain"])["mean"].mean()
    low, high = (getattr(single.groupby(["metric", "domain"]), end)().to_dict() for end in ("min", "max"))

    def cell(method: str, metric: str, domain: str) -> Cell:
        key, scale = (method, metric, domain), measure(metric).scale
        best = (low if measure(metric).better == "lower" else high).get((metric, domain))
        if key not in means:
            return Cell(DASH)
        value, spread = means[key] * scale, stds[key] * scale
        is_best = method not in APART and means[key] == best
        return Cell(number(value), "" if math.isnan(spread) else number(spread, value), is_best)

    lines = []
    for method, some in rows.groupby("method", sort=False):
        name = str(method)
        cells = [cell(name, *column) for column in columns]
        lines.append(Line(labels.get(name, name), f"{some['kimg'].iloc[0]:g}", cells, name not in APART))
    lines.sort(key=lambda line: not line.competes)  # those for orientation last
    return Comparison(domains, [measure(metric).heading for metric in beside], lines, int(rows["seed"].nunique()))
