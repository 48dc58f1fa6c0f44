"""Does `ours` beat every data-free baseline? Judged over seeds, at equal budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from gan_cocktail.reporting.tables import FLOOR

OURS = "ours"
NO_COMPETITORS = {FLOOR, "upper_bound"}  # N models, or trained on the real data: shown, not judged against
CONFIDENCE = 0.95
Budget = Literal["total", "merging"]
BUDGETS: dict[Budget, tuple[str, str]] = {  # column of the rows, words
    "total": ("kimg", "equal total kimg"),
    "merging": ("merging_kimg", "equal merging kimg"),
}
Outcome = Literal["holds", "does not hold", "undecided", "not measured"]


@dataclass(frozen=True)
class Difference:
    """FID of a baseline and of `ours`, means over seeds, with the interval of `gap` (None: fewer than two seeds)."""

    baseline: str
    ours: float
    theirs: float
    seeds: int  # of the one that has fewer
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


def interval(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float] | None:
    """Welch's 95% confidence interval of mean(theirs) - mean(ours); None if either has fewer than two values."""
    if min(len(ours), len(theirs)) < 2:
        return None
    if np.ptp(ours) == np.ptp(theirs) == 0:  # no spread at all: Welch divides by it
        return (theirs[0] - ours[0],) * 2
    found = stats.ttest_ind(theirs, ours, equal_var=False).confidence_interval(CONFIDENCE)
    return float(found.low), float(found.high)


def baselines_of(rows: pd.DataFrame) -> list[str]:
    """The methods that are judged against: those that train on the union, without real data, as one model."""
    trained = rows.loc[rows["merging_kimg"] > 0, "method"].unique()
    return [m for m in trained if m != OURS and m not in NO_COMPETITORS]


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
        theirs = at_budget[at_budget["method"] == name]
        if theirs.empty:
            missing.append(name)
        else:
            a, b = ours["mean"].tolist(), theirs["mean"].tolist()
            fids = float(np.mean(a)), float(np.mean(b))
            found.append(Difference(name, *fids, min(len(a), len(b)), interval(a, b)))
    return Verdict(mixture, budget, kimg, sorted(found, key=lambda d: d.theirs), missing)
