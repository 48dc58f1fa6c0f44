"""Where the time went: Snakemake's benchmark files, summed by stage."""

from pathlib import Path

import pandas as pd

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import require


def read_benchmarks(folder: Path) -> pd.DataFrame:
    """Stage (index), jobs, seconds of wall time (sum) and peak memory in MB, longest first.

    The stage is the first folder below `folder`, or the file's name. CocktailError if a file is no benchmark.
    """
    found = []
    for path in sorted(require(folder).rglob("*.tsv")):
        stage = path.relative_to(folder).parts[0].removesuffix(".tsv")
        jobs = pd.read_csv(path, sep="\t", na_values=["-"])
        if not {"s", "max_rss"} <= set(jobs.columns):
            raise CocktailError(f"{path}: expected Snakemake's benchmark columns s and max_rss, found {[*jobs]}")
        found.append(jobs[["s", "max_rss"]].assign(stage=stage))
    if not found:
        raise CocktailError(f"--benchmarks: expected Snakemake's .tsv files in {folder}, found none")
    stages = pd.concat(found).groupby("stage")
    table = stages.agg(jobs=("s", "size"), seconds=("s", "sum"), memory=("max_rss", "max"))
    return table.sort_values("seconds", ascending=False, kind="stable")


def duration(seconds: float) -> str:
    """Seconds as a person says them: 42 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min")] if hours else [(minutes, "min"), (rest, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n)
