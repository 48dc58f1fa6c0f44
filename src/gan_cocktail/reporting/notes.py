"""Notes under a table: everything that a reader must know to compare its numbers."""

from collections.abc import Mapping

import pandas as pd

from gan_cocktail.reporting.formats import FEW, SUBSETS
from gan_cocktail.reporting.measures import measure
from gan_cocktail.reporting.rows import NOT_DOMAINS

DATA = {
    "fixed": "trained on fixed synthetic datasets",
    "fresh": "trained on fresh synthetic images, drawn anew at every step",
    "real": "trained on real images",
}


def listed(values: "pd.Series[str]") -> str:
    """Distinct values in order, as "a, b"."""
    return ", ".join(str(value) for value in values.dropna().unique())


def _comma(seeds: str) -> str:
    return seeds.replace(" ", ", ")


def seeds(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """The seeds that most methods have, and those of the methods that have others."""
    common = table["seeds"].mode().iloc[0]
    others = table[table["seeds"] != common].drop_duplicates("method")
    exceptions = "".join(
        f"; {labels.get(row['method'], row['method'])}: {_comma(row['seeds'])}" for row in others.to_dict("records")
    )
    plural = "s" if " " in common else ""
    return f"Seed{plural} {_comma(common)}{exceptions}."


def spread(table: pd.DataFrame) -> str:
    """What stands behind ±."""
    lines = []
    if (table["n"] > 1).any():
        lines.append("±: standard deviation over seeds.")
    if ((table["n"] == 1) & table["subset_std"].notna()).any():
        within = "over KID's subsets" if "kid" in set(table["metric"]) else "the mean's standard error"
        lines.append(f"{SUBSETS}: one seed, ± {within}.")
    return " ".join(lines)


def references(table: pd.DataFrame) -> str:
    """Whose images the numbers are compared with."""
    domains = table[~table["domain"].isin(NOT_DOMAINS) & (table["reference"] != "none")]
    synthetic = listed(domains.loc[domains["reference"] == "synthetic", "domain"])
    if not synthetic:
        return "References: real images." if len(domains) else ""
    if (domains["reference"] == "synthetic").all():
        return "References: the sources' own synthetic images."
    return f"References: real images, but the source's own synthetic images for {synthetic}."


def few(table: pd.DataFrame) -> str:
    """That some numbers are of too few images."""
    if not table["few"].any():
        return ""
    least = table.loc[table["few"], ["n_images", "n_reference"]].min().min()
    return (
        f"{FEW}: of fewer images than the features have dimensions (as few as {least:,}): FID comes out too high, and "
        "precision and recall say little."
    )


def sizes(table: pd.DataFrame) -> str:
    """How many images most metrics are of, and the metrics that are of others."""
    numbers = table.groupby("metric", sort=False)["n_images"].max()
    common = numbers.mode().max()
    others = [f"{measure(str(metric)).title}: {n:,}" for metric, n in numbers.items() if n != common]
    return f"{common:,}" + (f" ({', '.join(others)})" if others else "")


def data(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """What methods were trained on, and those that were trained on something else than most."""
    of = table.dropna(subset="data").groupby("method", sort=False)["data"].first()
    if of.empty:
        return ""
    common = of.mode().iloc[0]
    others = "".join(f"; {labels.get(str(m), m)}: {DATA.get(d, d)}" for m, d in of.items() if d != common)
    return f"Methods {DATA.get(common, common)}{others}."


def protocol(table: pd.DataFrame, labels: Mapping[str, str]) -> str:
    """Features, numbers of images, references, seeds, and the data that was trained on."""
    parts = [
        f"Features: {listed(table['extractor'])}; {sizes(table)} generated images a domain.",
        few(table),
        references(table),
        data(table, labels),
    ]
    return " ".join(part for part in [*parts, seeds(table, labels), spread(table)] if part)
