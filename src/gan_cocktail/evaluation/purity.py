"""Domain purity: whether an image of class i looks like domain i, to a classifier of the references' features."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import solve

from gan_cocktail.evaluation.metrics import Array, moments
from gan_cocktail.seeds import derive

MOST = 5000  # features a domain that the classifier sees, those held out included
HELD_OUT = 5  # one in five
SHRINKAGE = 0.1  # of covariances between dimensions, so that more dimensions than images are no obstacle


@dataclass(frozen=True)
class DomainClassifier:
    """Tells the domains of a mixture apart by features of any extractor; needs no image.

    ceiling: its accuracy on reference features that it was not fitted on, the mean over domains.
    """

    weights: Array  # [D, K], of K domains
    offsets: Array  # [K]
    ceiling: float = 1.0

    def share(self, features: np.ndarray, domain: int) -> float:
        """Share of features [N, D] taken for those of the domain."""
        scores = features.astype(np.float64) @ self.weights + self.offsets
        return float((scores.argmax(1) == domain).mean())


def fit_classifier(references: Sequence[np.ndarray], seed: int) -> DomainClassifier:
    """Linear discriminant analysis on features [N_i, D] of two or more domains, all equally likely.

    A domain's score of x is m . C^-1 (x - m / 2), with its mean m and the covariance C that all share, which is shrunk
    towards its diagonal. Not scikit-learn's: to import that takes as long as PyTorch, in each of a run's evaluations.
    """
    train, test = zip(*(_split(f, derive(seed, "purity", i)) for i, f in enumerate(references)), strict=True)
    means, covariances = zip(*map(moments, train), strict=True)
    shared = np.mean(covariances, 0)
    shrunk = (1 - SHRINKAGE) * shared + SHRINKAGE * np.diag(shared.diagonal())
    weights = solve(shrunk, np.stack(means, 1), assume_a="pos")
    offsets = -np.einsum("kd,dk->k", np.stack(means), weights) / 2
    fitted = DomainClassifier(weights, offsets)
    return replace(fitted, ceiling=float(np.mean([fitted.share(part, i) for i, part in enumerate(test)])))


def _split(features: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(for the fit, held out): disjoint random rows."""
    chosen = np.random.default_rng(seed).permutation(len(features))[:MOST]
    first = max(1, len(chosen) // HELD_OUT)
    return features[chosen[first:]], features[chosen[:first]]
