"""FID and KID of features."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, eigvalsh

from gan_cocktail.errors import CocktailError

Array = NDArray[np.float64]


def moments(features: np.ndarray) -> tuple[Array, Array]:
    """Mean [D] and unbiased covariance [D, D] of features [N, D], in float64."""
    features = features.astype(np.float64)
    return features.mean(0), np.cov(features, rowvar=False)


def frechet_distance(mean_a: Array, cov_a: Array, mean_b: Array, cov_b: Array) -> float:
    """FID: |m_a - m_b|^2 + tr(A + B - 2 (A^1/2 B A^1/2)^1/2) (Heusel et al. 2017, eq. 6); never below 0.

    The last trace is the sum of the roots of a symmetric matrix's eigenvalues: real by construction,
    and much faster than a general matrix square root.
    """
    values, vectors = eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(min=0))) @ vectors.T
    cross = eigvalsh(root @ cov_b @ root)
    distance = np.square(mean_a - mean_b).sum() + np.trace(cov_a) + np.trace(cov_b)
    return max(
        0.0, float(distance - 2 * np.sqrt(cross.clip(min=0)).sum())
    )  # rounding leaves a little less than nothing


def squared_mmd(x: np.ndarray, y: np.ndarray) -> float:
    """Unbiased squared MMD with the kernel (x . y / D + 1)^3 (Binkowski et al. 2018, eq. 4) of [N, D], [M, D].

    A sample never meets itself: the diagonals are left out, and so the expectation is 0 for equal
    distributions; single values can be negative.
    """
    x, y = x.astype(np.float64), y.astype(np.float64)
    (n, d), m = x.shape, len(y)
    xx, yy, xy = ((a @ b.T / d + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    within_x = (xx.sum() - np.trace(xx)) / (n * (n - 1))
    within_y = (yy.sum() - np.trace(yy)) / (m * (m - 1))
    return float(within_x + within_y - 2 * xy.mean())


def kernel_distance(x: np.ndarray, y: np.ndarray, subsets: int, size: int, seed: int) -> tuple[float, float]:
    """KID: mean and standard deviation of the squared MMD over random subsets, drawn by `seed`.

    Raises CocktailError if there are fewer features than a subset needs.
    """
    if min(len(x), len(y)) < size:
        raise CocktailError(
            f"evaluation.kid_subset_size is {size}, but there are only {min(len(x), len(y))} features; lower it"
        )
    rng = np.random.default_rng(seed)
    values = [
        squared_mmd(x[rng.choice(len(x), size, replace=False)], y[rng.choice(len(y), size, replace=False)])
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))
