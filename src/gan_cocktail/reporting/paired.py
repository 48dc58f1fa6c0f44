"""Is ours better? FID differences paired by seed, at both budgets."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gan_cocktail.reporting.formats import NONE, Table, decimals, fixed
from gan_cocktail.reporting.rows import OURS, at_budget
from gan_cocktail.reporting.statistics import paired_difference
from gan_cocktail.reporting.tables import END, MERGING, Labels

TEXT = (
    "Difference: FID (mean over domains) of the other method minus that of ours, each pair of one seed; positive: ours "
    "is better. std: sample standard deviation of the differences; 95% interval: Student's t, of each comparison by "
    "itself. Verdict: the interval leaves out 0, or not."
)
COLUMNS = ["mixture", "view", "method", "n", "difference", "std", "low", "high", "verdict"]


def comparisons(rows: pd.DataFrame) -> pd.DataFrame:
    """Each trained single model against ours, by mixture and view (equal total kimg, equal merging kimg)."""
    fid = rows[(rows["metric"] == "fid") & (rows["domain"] == "mean") & rows["competes"]]
    found = []
    for name, view in ((END, at_budget(fid, "kimg")), (MERGING, at_budget(fid, "merging_kimg"))):
        for mixture, some in view.groupby("mixture", sort=False):
            by_method = {m: part.set_index("seed")["mean"] for m, part in some.groupby("method", sort=False)}
            for method, other in by_method.items():
                if method == OURS or OURS not in by_method:
                    continue
                d = paired_difference(other, by_method[OURS])
                found.append([mixture, name, method, d.n, d.mean, d.std, d.low, d.high, d.verdict])
    order = {mixture: k for k, mixture in enumerate(rows["mixture"].unique())}
    return pd.DataFrame(found, columns=COLUMNS).sort_values("mixture", key=lambda m: m.map(order), kind="stable")


def paired_tables(differences: pd.DataFrame, labels: Labels) -> list[Table]:
    """One table a mixture, grouped by view."""
    result = []
    for mixture, some in differences.groupby("mixture", sort=False):
        groups = {
            str(view): [_cells(row, labels) for row in part.to_dict("records")]
            for view, part in some.groupby("view", sort=False)
        }
        columns = ["other method", "n", "difference", "std", "95% interval", "verdict"]
        result.append(Table(f"Against ours, {mixture}: FID, paired by seed", columns, groups, TEXT))
    return result


def _cells(row: Mapping[Any, Any], labels: Labels) -> list[str]:
    places = decimals(row["difference"], row["std"])
    interval = f"[{fixed(row['low'], places)}, {fixed(row['high'], places)}]" if row["n"] > 1 else NONE
    numbers = [fixed(row["difference"], places, "+"), fixed(row["std"], places), interval]
    return [labels.get(row["method"], row["method"]), str(row["n"]), *numbers, row["verdict"]]
