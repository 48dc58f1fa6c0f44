"""Has a training's curve flattened? The slope of FID over the second half of its own kimg."""

from collections.abc import Mapping
from statistics import linear_regression
from typing import Any

import pandas as pd

from gan_cocktail.reporting.formats import NONE, Table, decimals, fixed, number
from gan_cocktail.reporting.rows import trained
from gan_cocktail.reporting.statistics import Difference, paired_difference

TEXT = (
    "A line is fitted for each seed to FID (mean over domains) over the second half of a training's own kimg, all "
    "measurements of it. FID: the line at both ends, mean over seeds. Fell by: their difference, with Student's 95% "
    "interval over seeds. Verdict: falling or rising if the interval leaves out 0; else flat if the change is less "
    "than a tenth of the FID, or undecided."
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
        late = some[some["merging_kimg"] >= some["merging_kimg"].max() / 2]
        start, end = float(late["merging_kimg"].min()), float(late["merging_kimg"].max())
        if start == end:
            continue
        before, after = _ends(late, start, end)
        d = paired_difference(before, after)
        means = [before.mean(), after.mean()]
        found.append([mixture, method, d.n, start, end, *means, d.mean, d.std, d.low, d.high, _verdict(d, means[1])])
    return pd.DataFrame(found, columns=COLUMNS)


def _ends(rows: pd.DataFrame, start: float, end: float) -> "tuple[pd.Series[float], pd.Series[float]]":
    """The least-squares line of each seed at the kimg `start` and `end`; of the seeds measured at both."""
    lines = {}
    for seed, some in rows.groupby("seed"):
        spent = some["merging_kimg"].tolist()
        if min(spent) == start and max(spent) == end:
            line = linear_regression(spent, some["mean"].tolist())
            lines[seed] = [line.intercept + line.slope * at for at in (start, end)]
    ends = pd.DataFrame.from_dict(lines, orient="index", columns=["start", "end"])
    return ends["start"], ends["end"]


def _verdict(d: Difference, fid: float) -> str:
    if d.n < 2:
        return "one seed"
    if d.decided:
        return "falling" if d.mean > 0 else "rising"
    return "flat" if abs(d.mean) < SMALL * fid else "undecided"


def convergence_tables(found: pd.DataFrame, labels: Mapping[str, str]) -> list[Table]:
    """One table, grouped by mixture; none if nothing was measured on its way."""
    groups = {
        str(mixture): [_cells(row, labels) for row in some.to_dict("records")]
        for mixture, some in found.groupby("mixture", sort=False)
    }
    columns = ["method", "kimg", "FID", "fell by", "95% interval", "verdict"]
    return [Table("Convergence: FID over the second half of each training", columns, groups, TEXT)] if groups else []


def _cells(row: Mapping[Any, Any], labels: Mapping[str, str]) -> list[str]:
    places = decimals(row["fid_to"])
    interval = f"[{fixed(row['low'], places)}, {fixed(row['high'], places)}]" if row["n"] > 1 else NONE
    spent = " → ".join(f"{round(row[end], 1):g}" for end in ("from_kimg", "to_kimg"))
    fids = " → ".join(number(row[end]) for end in ("fid_from", "fid_to"))
    return [labels.get(row["method"], row["method"]), spent, fids, fixed(row["fall"], places), interval, row["verdict"]]
