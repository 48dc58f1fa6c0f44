"""Domain purity: whether an image of class i looks like domain i, to a classifier of the references' features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from gan_cocktail.seeds import derive

MOST = 5000  # features a domain that the classifier sees, those held out included
HELD_OUT = 5  # one in five


@dataclass(frozen=True)
class DomainClassifier:
    """Tells the domains of a mixture apart by features of any extractor; needs no image.

    ceiling: its accuracy on reference features that it was not fitted on, the mean over domains.
    """

    lda: LinearDiscriminantAnalysis
    ceiling: float

    def share(self, features: np.ndarray, domain: int) -> float:
        """Share of features [N, D] taken for those of the domain."""
        return _share(self.lda, features, domain)


def fit_classifier(references: Sequence[np.ndarray], seed: int) -> DomainClassifier:
    """Linear discriminant analysis on features [N_i, D] of two or more domains, all equally likely.

    The pooled covariance is shrunk (Ledoit and Wolf 2004), so more dimensions than images are no obstacle.
    """
    train, test = zip(*(_split(f, derive(seed, "purity", i)) for i, f in enumerate(references)), strict=True)
    uniform = np.full(len(train), 1 / len(train))
    lda = LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto", priors=uniform)
    lda.fit(np.concatenate(train), np.repeat(np.arange(len(train)), [len(part) for part in train]))
    return DomainClassifier(lda, float(np.mean([_share(lda, part, i) for i, part in enumerate(test)])))


def _split(features: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(for the fit, held out): disjoint random rows in float32."""
    chosen = np.random.default_rng(seed).permutation(len(features))[:MOST]
    first = max(1, len(chosen) // HELD_OUT)
    return features[chosen[first:]].astype(np.float32), features[chosen[:first]].astype(np.float32)


def _share(lda: LinearDiscriminantAnalysis, features: np.ndarray, domain: int) -> float:
    return float((lda.predict(features) == domain).mean())
