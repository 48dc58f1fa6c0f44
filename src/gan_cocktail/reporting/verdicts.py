"""Does `ours` beat every data-free baseline? Judged over seeds, at equal budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from gan_cocktail.reporting.paired import Against, against_ours
from gan_cocktail.reporting.rows import OURS, Budget, at_budget

BUDGETS: dict[Budget, str] = {"kimg": "equal total kimg", "merging_kimg": "equal merging kimg"}
Outcome = Literal["holds", "does not hold", "undecided", "not measured"]


@dataclass(frozen=True)
class Verdict:
    """The claim for one mixture at one kind of budget."""

    mixture: str
    budget: Budget
    kimg: float  # the budget at which the methods are compared
    differences: Sequence[Against]  # best baseline first
    union: Against | None  # the best baseline by the FID of the union, as the paper's Table 3 has it
    missing: Sequence[str]  # baselines that were not measured at this budget

    @property
    def outcome(self) -> Outcome:
        """One decided loss refutes the claim; it holds if every baseline was measured and decidedly beaten."""
        if not self.differences:
            return "not measured"
        if any(d.ahead.decided and d.ahead.mean < 0 for d in self.differences):
            return "does not hold"
        if self.missing or not all(d.ahead.decided for d in self.differences):
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
    some = rows[rows["mixture"] == mixture]

    def against(domain: str) -> list[Against]:
        measured = (a for a in against_ours(some, budget, domain) if a.method in baselines and a.ahead.n)
        return sorted(measured, key=lambda a: a.theirs)

    found = against("mean")
    missing = [name for name in baselines if name not in {a.method for a in found}]
    kimg = float(at_budget(some, budget)[budget].max())
    return Verdict(mixture, budget, kimg, found, next(iter(against("union")), None), missing)
