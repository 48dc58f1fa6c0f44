"""Evaluation rows: read from JSON files, checked, and seen at equal budgets."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_json
from gan_cocktail.params.base import nearest

COLUMNS = [
    "mixture", "method", "kimg", "merging_kimg", "domain", "metric", "mean", "std", "seed", "n_images",
    "n_reference", "reference", "extractor", "data", "few",
]  # fmt: skip
KEYS = COLUMNS[:6]  # what a number is of, but for its seed
NOT_DOMAINS = ("mean", "union")
BOUNDS = ("ensemble", "upper_bound")  # floor and ceiling by their usual names: shown, but no competitors
Budget = Literal["kimg", "merging_kimg"]
OURS = "ours"


def load_rows(paths: Sequence[Path], bounds: Collection[str] = BOUNDS) -> pd.DataFrame:
    """The rows of evaluation JSON files, as `rows_of` returns them."""
    return rows_of({str(path): read_json(path) for path in paths}, bounds)


def rows_of(evaluations: Mapping[str, Mapping[str, Any]], bounds: Collection[str] = BOUNDS) -> pd.DataFrame:
    """Rows of evaluations by the files that they are of: one a mixture, method, kimg, domain, metric and seed.

    bounds: methods that do not compete; `competes` is False for them.
    `data` ("fixed" or "fresh" synthetic images) is a row's own, else the file's (`info`), else missing.
    `few`: of fewer images than features.
    Raises CocktailError if there are none, if a row lacks a value or comes twice, if they cannot be compared, or if one
    of `bounds` is no method.
    """
    rows = []
    for path, content in evaluations.items():
        if not isinstance(content, dict) or "rows" not in content:
            raise CocktailError(f"{path}: expected what `gan-cocktail evaluate` wrote, found no rows; check the path")
        shared = {"data": content.get("info", {}).get("data"), "few": False, "path": path}
        for row in content["rows"]:
            if missing := set(COLUMNS) - set(row) - {"data", "few"}:
                raise CocktailError(f"{path}: a row lacks {', '.join(sorted(missing))}; make it again with `evaluate`")
            rows.append(shared | row)
    if not rows:
        raise CocktailError("expected evaluation JSON files with rows, found none; run `gan-cocktail evaluate` first")
    table = pd.DataFrame(rows, columns=[*COLUMNS, "path"]).astype({"mean": float, "std": float})
    _check(table)
    known = dict.fromkeys([*table["method"], *BOUNDS])
    for unknown in [name for name in bounds if name not in known]:
        raise CocktailError(f"bounds: unknown method {unknown!r}{nearest(unknown, known)}")
    return table[COLUMNS].assign(competes=~table["method"].isin(list(bounds)))


def by_others(evaluations: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Mapping[str, Any]]]:
    """The evaluations as each further extractor sees them, by its name: the rows that `rows_of` reads are the first's.

    Raises CocktailError if some files have further extractors that others lack.
    """
    found = {path: list(content.get("further", {})) for path, content in evaluations.items()}
    if len({tuple(names) for names in found.values()}) > 1:
        described = "; ".join(f"{path}: {', '.join(names) or 'none'}" for path, names in found.items())
        raise CocktailError(
            f"expected evaluations by the same extractors, found further ones of {described}; evaluate everything with "
            "the same settings"
        )
    names = next(iter(found.values()), [])
    return {
        name: {path: {**content, "rows": content["further"][name]} for path, content in evaluations.items()}
        for name in names
    }


def _check(table: pd.DataFrame) -> None:
    twice = table[table.duplicated([*KEYS, "seed"])]
    if len(twice):
        row = twice.iloc[0]
        raise CocktailError(
            f"{row['path']}: {row['mixture']}, {row['method']}, seed {row['seed']} comes twice; "
            "give one evaluation a method and seed"
        )
    for what, same in (("extractor", ["metric"]), ("n_images", ["metric", "mixture", "domain"])):
        for of, some in table.groupby(same, sort=False):
            if some[what].nunique() > 1:
                found = " and ".join(str(value) for value in some[what].unique())
                raise CocktailError(
                    f"{', '.join(map(str, of))} comes with different {what} ({found}), numbers that cannot be "
                    "compared; evaluate everything with the same settings"
                )


def final(rows: pd.DataFrame) -> pd.DataFrame:
    """Each method at the end of its budget: equal total kimg for the trained ones."""
    return rows[rows["kimg"] == rows.groupby(["mixture", "method"])["kimg"].transform("max")]


def trained(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of methods that train on the union (averages and the sources themselves do not)."""
    return rows[rows.groupby(["mixture", "method"])["merging_kimg"].transform("max") > 0]


def at_budget(rows: pd.DataFrame, column: Budget) -> pd.DataFrame:
    """Each method that trains, after as many kimg as `ours` ends at: in all, or of merging (rooting not counted)."""
    some, ours = trained(rows), rows[rows["method"] == OURS]
    budget = some["mixture"].map(ours.groupby("mixture")[column].max()).astype(float)
    return some[np.isclose(some[column], budget)]


def over_domains(rows: pd.DataFrame) -> pd.DataFrame:
    """Each metric's mean over domains; of the union for a metric that is measured on the union alone."""
    has_mean = (rows["domain"] == "mean").groupby([rows["mixture"], rows["metric"]]).transform("any")
    return rows[rows["domain"] == has_mean.map({True: "mean", False: "union"})]
