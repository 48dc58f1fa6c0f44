"""FID and KID of one model (or one a domain), for each domain and for their union, as rows of a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.evaluation.metrics import frechet_distance, kernel_distance, moments
from gan_cocktail.evaluation.reference import Reference, pool
from gan_cocktail.evaluation.sampling import draw, of_class
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.seeds import derive

Row = dict[str, Any]


def compare(features: np.ndarray, reference: Reference, settings: EvaluationParams, seed: int) -> list[Row]:
    """FID and KID of features [N, D] against a reference, as rows of metric, mean, std.

    FID is one number (std is None); KID's std is over its subsets.
    """
    fid = frechet_distance(*moments(features), reference.mean, reference.cov)
    kid, spread = kernel_distance(
        features, reference.features, settings.kid_subsets, settings.kid_subset_size, derive(seed, "kid")
    )
    facts = {"n_images": len(features), "n_reference": reference.n_images, "reference": reference.origin}
    return [{"metric": "fid", "mean": fid, "std": None} | facts, {"metric": "kid", "mean": kid, "std": spread} | facts]


def union_counts(probabilities: Sequence[float], n: int, seed: int) -> list[int]:
    """How many of n images each class gets when labels are drawn by the class probabilities."""
    rng = np.random.default_rng(derive(seed, "labels"))
    return [int(count) for count in rng.multinomial(n, probabilities)]


def evaluate(
    models: Sequence[Model],
    domains: Sequence[str],
    references: Sequence[Reference],
    probabilities: Sequence[float],
    extractor: Extractor,
    settings: EvaluationParams,
    seed: int,
    device: torch.device,
) -> list[Row]:
    """Rows for each domain (class i against reference i), `union` (pooled) and `mean` (over domains).

    The union's images are those of the domains in the shares that drawn labels give.
    """
    n = settings.n_images
    features = [
        np.concatenate([extractor(batch) for batch in draw(*of_class(models, i), n, seed, "evaluation", device)])
        for i in range(len(domains))
    ]
    rows: list[Row] = []
    for domain, found, reference in zip(domains, features, references, strict=True):
        rows += [{"domain": domain} | row for row in compare(found, reference, settings, seed)]
    rows += _mean_rows(rows)
    ends = np.cumsum(union_counts(probabilities, n, seed))
    parts = zip(features, [0, *ends[:-1]], ends, strict=True)
    union = np.concatenate([f[start:end] for f, start, end in parts])  # no latent twice
    pooled = pool(references, probabilities, derive(seed, "pool"))
    rows += [{"domain": "union"} | row for row in compare(union, pooled, settings, seed)]
    return rows


def _mean_rows(rows: Sequence[Row]) -> list[Row]:
    """Each metric's mean over the domains; its std takes the domains' estimates as independent."""
    result = []
    for metric in ("fid", "kid"):
        some = [row for row in rows if row["metric"] == metric]
        spreads = [row["std"] for row in some]
        std = None if None in spreads else float(np.sqrt(np.square(spreads).sum()) / len(spreads))
        mean = float(np.mean([row["mean"] for row in some]))
        result.append(
            some[0] | {"domain": "mean", "mean": mean, "std": std, "n_reference": sum(r["n_reference"] for r in some)}
        )
    return result
