"""Does `ours` beat every data-free baseline? Judged over seeds, at equal budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gan_cocktail.reporting.rows import OURS, Budget, at_budget
from gan_cocktail.reporting.statistics import Difference, paired_difference

BUDGETS: dict[Budget, str] = {"kimg": "equal total kimg", "merging_kimg": "equal merging kimg"}
Outcome = Literal["holds", "does not hold", "undecided", "not measured"]


@dataclass(frozen=True)
class Against:
    """FID of `ours` and of a baseline, and what `ours` is ahead by (negative: behind), paired by seed."""

    baseline: str
    ours: float  # mean over the seeds that both have, as is the next
    theirs: float
    ahead: Difference

    @property
    def decided(self) -> bool:
        """Whether the interval excludes zero."""
        return self.ahead.low > 0 or self.ahead.high < 0


@dataclass(frozen=True)
class Verdict:
    """The claim for one mixture at one kind of budget."""

    mixture: str
    budget: Budget
    kimg: float  # the budget at which the methods are compared
    differences: Sequence[Against]  # best baseline first
    missing: Sequence[str]  # baselines that were not measured at this budget

    @property
    def outcome(self) -> Outcome:
        """One decided loss refutes the claim; it holds if every baseline was measured and decidedly beaten."""
        if not self.differences:
            return "not measured"
        if any(d.decided and d.ahead.mean < 0 for d in self.differences):
            return "does not hold"
        if self.missing or not all(d.decided for d in self.differences):
            return "undecided"
        return "holds"


def baselines_of(rows: pd.DataFrame) -> list[str]:
    """The methods that are judged against: those that train on the union, without real data, as one model."""
    trained = rows.loc[(rows["merging_kimg"] > 0) & rows["competes"], "method"].unique()
    return [m for m in trained if m != OURS]


def judge(rows: pd.DataFrame, mixture: str, budget: Budget, baselines: Sequence[str]) -> Verdict:
    """Compare the mean FID over domains of `ours` at its end with each baseline after as many kimg.

    rows: one a mixture, method, domain, metric, kimg and seed.
    """
    fid = rows[(rows["mixture"] == mixture) & (rows["metric"] == "fid") & (rows["domain"] == "mean")]
    fid = at_budget(fid, budget)
    by_method = {str(m): some.set_index("seed")["mean"] for m, some in fid.groupby("method")}
    ours = by_method.get(OURS, pd.Series(dtype=float))
    found = [_against(name, ours, by_method[name]) for name in baselines if name in by_method]
    found = sorted((d for d in found if d.ahead.n), key=lambda d: d.theirs)
    missing = [name for name in baselines if name not in {d.baseline for d in found}]
    return Verdict(mixture, budget, float(fid[budget].max()), found, missing)


def _against(baseline: str, ours: "pd.Series[float]", theirs: "pd.Series[float]") -> Against:
    both = pd.DataFrame({"ours": ours, "theirs": theirs}).dropna()
    means = both.mean()
    return Against(baseline, float(means["ours"]), float(means["theirs"]), paired_difference(theirs, ours))
