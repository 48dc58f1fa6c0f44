"""Moments of features, and FID."""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh, eigvalsh

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
