"""Is ours better? FID differences paired by seed, at both budgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gan_cocktail.reporting.formats import NONE, Table, decimals, fixed
from gan_cocktail.reporting.rows import OURS, Budget, at_budget
from gan_cocktail.reporting.statistics import Difference, paired_difference
from gan_cocktail.reporting.tables import END, MERGING, Labels

TEXT = (
    "Difference: FID (mean over domains, or of the union) of the other method minus that of ours, each pair of one "
    "seed; positive: ours is better. std: sample standard deviation of the differences; 95% interval: Student's t, of "
    "each comparison by itself. Detectable: the minimum detectable difference at 80% power, for as many seeds that "
    "differ as these do. Verdict: the interval leaves out 0, or not."
)
VIEWS: dict[Budget, str] = {"kimg": END, "merging_kimg": MERGING}
DOMAINS = ("mean", "union")
COLUMNS = ["mixture", "view", "method", "domain", "n", "difference", "std", "low", "high", "detectable", "verdict"]


@dataclass(frozen=True)
class Against:
    """FID of `ours` and of another method, and what `ours` is ahead by (negative: behind)."""

    method: str
    ours: float  # mean over the seeds that both have, as is the next; NaN if there are none
    theirs: float
    ahead: Difference


def against_ours(rows: pd.DataFrame, budget: Budget, domain: str = "mean") -> list[Against]:
    """Every other single model that trains, after as much of the budget as `ours`; empty without `ours`.

    rows: those of one mixture; domain: a domain, `mean` over domains or `union`.
    """
    fid = rows[(rows["metric"] == "fid") & (rows["domain"] == domain) & rows["competes"]]
    groups = at_budget(fid, budget).groupby("method", sort=False)
    by_method = {str(m): some.set_index("seed")["mean"] for m, some in groups}
    ours = by_method.pop(OURS, None)
    return [] if ours is None else [_against(name, ours, other) for name, other in by_method.items()]


def _against(method: str, ours: "pd.Series[float]", theirs: "pd.Series[float]") -> Against:
    means = pd.DataFrame({"ours": ours, "theirs": theirs}).dropna().mean()
    return Against(method, float(means["ours"]), float(means["theirs"]), paired_difference(theirs, ours))


def comparisons(rows: pd.DataFrame) -> pd.DataFrame:
    """Each trained single model against ours, by mixture, view (equal total kimg, equal merging kimg) and domain."""
    found = [
        [mixture, view, a.method, domain, d.n, d.mean, d.std, d.low, d.high, d.detectable, d.verdict]
        for mixture, some in rows.groupby("mixture", sort=False)
        for budget, view in VIEWS.items()
        for domain in DOMAINS
        for a in against_ours(some, budget, domain)
        for d in [a.ahead]
    ]
    return pd.DataFrame(found, columns=COLUMNS)


def paired_tables(differences: pd.DataFrame, labels: Labels) -> list[Table]:
    """One table a mixture, grouped by view."""
    result = []
    for mixture, some in differences.groupby("mixture", sort=False):
        groups = {
            str(view): [_cells(row, labels) for row in part.to_dict("records")]
            for view, part in some.groupby("view", sort=False)
        }
        columns = ["other method", "FID", "n", "difference", "std", "95% interval", "detectable", "verdict"]
        result.append(Table(f"Against ours, {mixture}: FID, paired by seed", columns, groups, TEXT))
    return result


def _cells(row: Mapping[Any, Any], labels: Labels) -> list[str]:
    places = decimals(row["difference"], row["std"])
    interval = f"[{fixed(row['low'], places)}, {fixed(row['high'], places)}]" if row["n"] > 1 else NONE
    spread, detectable = (fixed(row[name], places) for name in ("std", "detectable"))
    numbers = [fixed(row["difference"], places, "+"), spread, interval, detectable]
    return [labels.get(row["method"], row["method"]), row["domain"], str(row["n"]), *numbers, row["verdict"]]
