"""Rows of an evaluation: one number of one metric for one domain, and what it is of."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from gan_cocktail.evaluation.reference import ENOUGH, Reference

Row = dict[str, Any]


def row(metric: str, mean: float, std: float | None, n_images: int, reference: Reference | None) -> Row:
    """One number; std is None for a metric without a spread, reference for one that compares with nothing."""
    origin, n = (reference.origin, reference.n_images) if reference else ("none", 0)
    return {"metric": metric, "mean": mean, "std": std, "n_images": n_images, "n_reference": n, "reference": origin}


def estimate(values: Tensor) -> tuple[float, float | None]:
    """Mean of independent values [N] and its standard error, std / sqrt(N); None for a single value."""
    error = float(values.double().std() / len(values) ** 0.5) if len(values) > 1 else None
    return float(values.double().mean()), error


def mean_rows(rows: Sequence[Row]) -> list[Row]:
    """Each metric's mean over the domains; its std takes the domains' estimates as independent."""
    result = []
    for metric in dict.fromkeys(each["metric"] for each in rows):
        some = [each for each in rows if each["metric"] == metric]
        spreads = [each["std"] for each in some]
        std = None if None in spreads else float(np.sqrt(np.square(spreads).sum()) / len(spreads))
        mean = float(np.mean([each["mean"] for each in some]))
        total = sum(each["n_reference"] for each in some)
        few = {"few": True} if any(each.get("few") for each in some) else {}
        result.append(some[0] | {"domain": "mean", "mean": mean, "std": std, "n_reference": total} | few)
    return result


def warnings(rows: Sequence[Row], dim: int) -> list[str]:
    """A sentence for each domain whose numbers are of fewer images than the features have dimensions."""
    few = {
        each["domain"]: f"{each['domain']}: {each['n_images']:,} generated and {each['n_reference']:,} reference images"
        for each in rows
        if each.get("few") and each["metric"] == "fid" and each["domain"] != "mean"
    }
    return [f"{what} are {too_few(dim)}" for what in few.values()]


def too_few(dim: int) -> str:
    """What is wrong with fewer images than `dim`, to follow "n images are"."""
    return (
        f"too few for features of {dim:,} dimensions: FID comes out too high, and precision and recall say little; "
        f"more than {dim:,} are needed, {ENOUGH:,} or more are better"
    )
