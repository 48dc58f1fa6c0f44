"""Statistics over replicate seeds: mean and spread, and differences of methods paired by seed."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import nctdtrinc, stdtrit

from gan_cocktail.reporting.rows import KEYS

CONFIDENCE = 0.95
POWER = 0.8


def over_seeds(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each of KEYS, in order of appearance.

    mean, min, max: over the seeds; std: their sample standard deviation (ddof = 1), NaN for one seed; n: how many
    seeds, and which; subset_std: the mean of the rows' own std (KID's, over its subsets).
    """
    grouped = rows.groupby(KEYS, sort=False)
    return grouped.agg(
        mean=("mean", "mean"),
        std=("mean", "std"),
        min=("mean", "min"),
        max=("mean", "max"),
        n=("seed", "size"),
        seeds=("seed", lambda seeds: " ".join(str(s) for s in sorted(seeds))),
        subset_std=("std", "mean"),
        n_images=("n_images", "first"),
        n_reference=("n_reference", "first"),
        reference=("reference", "first"),
        extractor=("extractor", "first"),
        data=("data", "first"),
        few=("few", "any"),
        competes=("competes", "first"),
    ).reset_index()


@dataclass(frozen=True)
class Difference:
    """A mean difference over n pairs: sample standard deviation (ddof = 1) and 95% t-interval; NaN if unknown.

    detectable: the minimum detectable difference: a true one so large leaves 0 out of the interval in 80% of such
    comparisons, at this std.
    """

    n: int
    mean: float
    std: float
    low: float
    high: float
    detectable: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    @property
    def verdict(self) -> str:
        """What a positive difference (the other has the higher FID) says of ours."""
        if self.n < 2:
            return "one seed" if self.n else "no common seed"
        if not self.decided:
            return "no difference beyond noise"
        return "ours better" if self.mean > 0 else "ours worse"


def paired_difference(other: "pd.Series[float]", ours: "pd.Series[float]") -> Difference:
    """other - ours, both indexed by seed, over the seeds that both have.

    The interval is that of the paired t-test: mean ± t(0.975, n - 1) · std / sqrt(n); one point if the std is 0. Its
    power is that of the noncentral t distribution.
    """
    differences = (other - ours).dropna().to_numpy(dtype=float)  # aligned by seed
    n = len(differences)
    if n < 2:
        return Difference(n, float(differences[0]) if n else math.nan, *[math.nan] * 4)
    mean, std = float(np.mean(differences)), float(np.std(differences, ddof=1))
    t, error = float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2)), std / math.sqrt(n)
    detectable = float(nctdtrinc(n - 1, 1 - POWER, t)) * error
    return Difference(n, mean, std, mean - t * error, mean + t * error, detectable)
