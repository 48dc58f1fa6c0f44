"""Does `ours` beat every data-free baseline? Judged over seeds, at equal budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from gan_cocktail.reporting.measures import APART
from gan_cocktail.reporting.rows import OURS
from gan_cocktail.reporting.statistics import paired_difference

Budget = Literal["total", "merging"]
BUDGETS: dict[Budget, tuple[str, str]] = {  # column of the rows, words
    "total": ("kimg", "equal total kimg"),
    "merging": ("merging_kimg", "equal merging kimg"),
}
Outcome = Literal["holds", "does not hold", "undecided", "not measured"]


@dataclass(frozen=True)
class Difference:
    """FID of a baseline and of `ours`, means over the seeds that both have, and the interval of `gap`.

    interval: 95%, of differences paired by seed; None with fewer than two seeds.
    """

    baseline: str
    ours: float
    theirs: float
    seeds: int
    interval: tuple[float, float] | None

    @property
    def gap(self) -> float:
        """What `ours` is ahead by, in FID; negative: behind."""
        return self.theirs - self.ours

    @property
    def decided(self) -> bool:
        """Whether the interval excludes zero."""
        return self.interval is not None and (self.interval[0] > 0 or self.interval[1] < 0)


@dataclass(frozen=True)
class Verdict:
    """The claim for one mixture at one kind of budget."""

    mixture: str
    budget: Budget
    kimg: float  # the budget at which the methods are compared
    differences: Sequence[Difference]  # best baseline first
    missing: Sequence[str]  # baselines that were not measured at this budget

    @property
    def outcome(self) -> Outcome:
        """One decided loss refutes the claim; it holds if every baseline was measured and decidedly beaten."""
        if not self.differences:
            return "not measured"
        if any(d.decided and d.gap < 0 for d in self.differences):
            return "does not hold"
        if self.missing or not all(d.decided for d in self.differences):
            return "undecided"
        return "holds"


def baselines_of(rows: pd.DataFrame) -> list[str]:
    """The methods that are judged against: those that train on the union, without real data, as one model."""
    trained = rows.loc[rows["merging_kimg"] > 0, "method"].unique()
    return [m for m in trained if m != OURS and m not in APART]


def judge(rows: pd.DataFrame, mixture: str, budget: Budget, baselines: Sequence[str]) -> Verdict:
    """Compare the mean FID over domains of `ours` at its end with each baseline after as many kimg.

    rows: of evaluation JSON files, one per mixture, method, domain, metric, kimg and seed.
    """
    column = BUDGETS[budget][0]
    fid = rows[(rows["mixture"] == mixture) & (rows["metric"] == "fid") & (rows["domain"] == "mean")]
    ours = fid[fid["method"] == OURS]
    if ours.empty:
        return Verdict(mixture, budget, float("nan"), [], list(baselines))
    ours = ours[ours["kimg"] == ours["kimg"].max()]
    kimg = float(ours[column].iloc[0])
    at_budget = fid[np.isclose(fid[column], kimg)]
    found, missing = [], []
    for name in baselines:
        both = _by_seed(ours, at_budget[at_budget["method"] == name])
        if both.empty:
            missing.append(name)
        else:
            found.append(_difference(name, both))
    return Verdict(mixture, budget, kimg, sorted(found, key=lambda d: d.theirs), missing)


def _by_seed(ours: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Both FIDs for each seed that both have."""
    return pd.DataFrame({"ours": ours.set_index("seed")["mean"], "theirs": theirs.set_index("seed")["mean"]}).dropna()


def _difference(baseline: str, both: pd.DataFrame) -> Difference:
    found = paired_difference(both["theirs"], both["ours"])
    interval = (found.low, found.high) if found.n > 1 else None
    return Difference(baseline, float(both["ours"].mean()), float(both["theirs"].mean()), found.n, interval)
