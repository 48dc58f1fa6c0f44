"""What images are compared with: an extractor, and the references by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.evaluation.kernel_distance import KernelDistance
from gan_cocktail.evaluation.manifold import equal_subsets, precision_recall
from gan_cocktail.evaluation.metrics import frechet_distance, moments
from gan_cocktail.evaluation.purity import DomainClassifier, fit_classifier
from gan_cocktail.evaluation.reference import Reference, pool
from gan_cocktail.evaluation.rows import Row, row
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.seeds import derive


@dataclass(frozen=True)
class Target:
    """A reference, and what every comparison with it needs alike."""

    reference: Reference
    settings: EvaluationParams
    seed: int

    @cached_property
    def kernel_distance(self) -> KernelDistance:
        """KID to the reference."""
        s = self.settings
        return KernelDistance(self.reference.features, s.kid_subsets, s.kid_subset_size, derive(self.seed, "kid"))

    def compare(self, features: np.ndarray, device: torch.device) -> list[Row]:
        """FID, KID, precision and recall of features [N, D]; `few` marks those of too few images.

        Only KID has a std, that over its subsets.
        """
        reference, n = self.reference, len(features)
        fid = frechet_distance(*moments(features), reference.mean, reference.cov)
        kid, spread = self.kernel_distance(features)
        drawn, real = equal_subsets(features, reference.features, derive(self.seed, "manifold"))
        precision, recall = precision_recall(drawn, real, device=device)
        equal = {"n_images": len(drawn), "n_reference": len(real)}
        rows = [
            row("fid", fid, None, n, reference),
            row("kid", kid, spread, n, reference),
            row("precision", precision, None, n, reference) | equal,
            row("recall", recall, None, n, reference) | equal,
        ]
        return [each | {"few": True} for each in rows] if reference.few(n) else rows


@dataclass(frozen=True)
class Yardstick:
    """An extractor, and the references by it, one a domain."""

    extractor: Extractor
    references: Sequence[Reference]
    probabilities: Sequence[float]
    settings: EvaluationParams
    seed: int

    @property
    def name(self) -> str:
        """The extractor's."""
        return self.extractor.identity.name

    @cached_property
    def domains(self) -> list[Target]:
        """What each domain's images are compared with."""
        return [Target(reference, self.settings, self.seed) for reference in self.references]

    @cached_property
    def union(self) -> Target:
        """What the union's images are compared with."""
        pooled = pool(self.references, self.probabilities, derive(self.seed, "pool"))
        return Target(pooled, self.settings, self.seed)

    @cached_property
    def classifier(self) -> DomainClassifier | None:
        """What purity is measured by; a single domain needs none."""
        many = len(self.references) > 1
        return fit_classifier([r.features for r in self.references], self.seed) if many else None

    def of_domain(self, features: np.ndarray, domain: int, device: torch.device) -> list[Row]:
        """All that is read off the features [N, D] of one class."""
        rows = self.domains[domain].compare(features, device)
        if self.classifier:
            share = self.classifier.share(features, domain)
            rows.append(row("purity", share, None, len(features), self.references[domain]))
        return rows
