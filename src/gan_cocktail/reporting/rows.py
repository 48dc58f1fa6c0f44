"""Evaluation rows: read from JSON files, checked, and seen at equal budgets."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_json

COLUMNS = [
    "mixture", "method", "kimg", "merging_kimg", "domain", "metric", "mean", "std", "seed", "n_images",
    "n_reference", "reference", "extractor", "data",
]  # fmt: skip
KEYS = COLUMNS[:6]  # what a number is of, but for its seed
NOT_DOMAINS = ("mean", "union")
OURS = "ours"


def load_rows(paths: Sequence[Path]) -> pd.DataFrame:
    """Rows of evaluation JSON files in the order given: one a mixture, method, kimg, domain, metric and seed.

    `data` ("fixed" or "fresh" synthetic images) is a row's own, else the file's (`info`), else missing.
    Raises CocktailError if a row lacks a value, comes twice, or cannot be compared with the others of its mixture.
    """
    rows = []
    for path in paths:
        content = read_json(path)
        shared = {"data": content.get("info", {}).get("data"), "path": str(path)}
        for row in content["rows"]:
            if missing := set(COLUMNS) - set(row) - {"data"}:
                raise CocktailError(f"{path}: a row lacks {', '.join(sorted(missing))}; make it again with `evaluate`")
            rows.append(shared | row)
    table = pd.DataFrame(rows, columns=[*COLUMNS, "path"]).astype({"mean": float, "std": float})
    _check(table)
    return table[COLUMNS]


def _check(table: pd.DataFrame) -> None:
    twice = table[table.duplicated([*KEYS, "seed"])]
    if len(twice):
        row = twice.iloc[0]
        raise CocktailError(
            f"{row['path']}: {row['mixture']}, {row['method']}, seed {row['seed']} comes twice; "
            "give one evaluation a method and seed"
        )
    for (mixture, metric, domain), some in table.groupby(["mixture", "metric", "domain"], sort=False):
        for what in ("extractor", "n_images"):
            if some[what].nunique() > 1:
                found = " and ".join(str(value) for value in some[what].unique())
                raise CocktailError(
                    f"{mixture}: {metric} of {domain} comes with different {what} ({found}), numbers that cannot be "
                    "compared; evaluate all methods with the same settings"
                )


def final(rows: pd.DataFrame) -> pd.DataFrame:
    """Each method at the end of its budget: equal total kimg for the trained ones."""
    return rows[rows["kimg"] == rows.groupby(["mixture", "method"])["kimg"].transform("max")]


def trained(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of methods that train on the union (averages and the sources themselves do not)."""
    return rows[rows.groupby(["mixture", "method"])["merging_kimg"].transform("max") > 0]


def at_merging(rows: pd.DataFrame) -> pd.DataFrame:
    """Each method that trains, after as many kimg on the union (rooting not counted) as `ours` ends at."""
    some, ours = trained(rows), rows[rows["method"] == OURS]
    budget = some["mixture"].map(ours.groupby("mixture")["merging_kimg"].max())
    return some[some["merging_kimg"] == budget]


def over_domains(rows: pd.DataFrame) -> pd.DataFrame:
    """Each metric's mean over domains; of the union for a metric that is measured on the union alone."""
    has_mean = (rows["domain"] == "mean").groupby([rows["mixture"], rows["metric"]]).transform("any")
    return rows[rows["domain"] == has_mean.map({True: "mean", False: "union"})]
