"""Has a training's curve flattened? FID at two thirds of its own kimg, or thereabouts, and at its end."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gan_cocktail.reporting.formats import NONE, Table, decimals, fixed, number
from gan_cocktail.reporting.rows import final, trained
from gan_cocktail.reporting.statistics import Difference, paired_difference

TEXT = (
    "FID, mean over domains and seeds, at the measurement nearest to two thirds of each training's own kimg, and at "
    "its end. Fell by: the mean over seeds, with Student's 95% interval of the differences paired by seed. Verdict: "
    "falling or rising if the interval leaves out 0; else flat if the mean changed by less than a tenth, or undecided."
)
SMALL = 0.1  # relative change of a flat curve
COLUMNS = [
    "mixture",
    "method",
    "n",
    "from_kimg",
    "to_kimg",
    "fid_from",
    "fid_to",
    "fall",
    "std",
    "low",
    "high",
    "verdict",
]


def convergence(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each method that trains and was measured on its way; kimg are of its training on the union."""
    fid = trained(rows[(rows["metric"] == "fid") & (rows["domain"] == "mean")])
    found = []
    for (mixture, method), some in fid.groupby(["mixture", "method"], sort=False):
        end = final(some)
        to = float(end["merging_kimg"].iloc[0])
        on_its_way = some[some["merging_kimg"] < to]
        if on_its_way.empty:
            continue
        start = min(on_its_way["merging_kimg"], key=lambda kimg: abs(kimg - to * 2 / 3))
        before = on_its_way[on_its_way["merging_kimg"] == start]
        d = paired_difference(before.set_index("seed")["mean"], end.set_index("seed")["mean"])
        means = [before["mean"].mean(), end["mean"].mean()]
        found.append([mixture, method, d.n, start, to, *means, d.mean, d.std, d.low, d.high, _verdict(d, means[1])])
    return pd.DataFrame(found, columns=COLUMNS)


def _verdict(d: Difference, fid: float) -> str:
    if d.n < 2:
        return "one seed"
    if d.low > 0 or d.high < 0:
        return "falling" if d.low > 0 else "rising"
    return "flat" if abs(d.mean) < SMALL * fid else "undecided"


def convergence_tables(found: pd.DataFrame, labels: Mapping[str, str]) -> list[Table]:
    """One table, grouped by mixture; none if nothing was measured on its way."""
    groups = {
        str(mixture): [_cells(row, labels) for row in some.to_dict("records")]
        for mixture, some in found.groupby("mixture", sort=False)
    }
    columns = ["method", "kimg", "FID", "fell by", "95% interval", "verdict"]
    return [Table("Convergence: FID late in each training, and at its end", columns, groups, TEXT)] if groups else []


def _cells(row: Mapping[Any, Any], labels: Mapping[str, str]) -> list[str]:
    places = decimals(row["fid_to"])
    interval = f"[{fixed(row['low'], places)}, {fixed(row['high'], places)}]" if row["n"] > 1 else NONE
    spent, fids = f"{row['from_kimg']:g} → {row['to_kimg']:g}", f"{number(row['fid_from'])} → {number(row['fid_to'])}"
    return [labels.get(row["method"], row["method"]), spent, fids, fixed(row["fall"], places), interval, row["verdict"]]
