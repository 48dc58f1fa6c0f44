"""Every metric of one model (or one a domain), for each domain and for their union, as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.evaluation.image_sets import ImageSet, image_set
from gan_cocktail.evaluation.manifold import equal_subsets, precision_recall
from gan_cocktail.evaluation.metrics import frechet_distance, kernel_distance, moments
from gan_cocktail.evaluation.path_length import path_length
from gan_cocktail.evaluation.perceptual import Perceptual
from gan_cocktail.evaluation.purity import DomainClassifier, fit_classifier
from gan_cocktail.evaluation.reference import Reference, pool
from gan_cocktail.evaluation.rows import Row, estimate, mean_rows, row
from gan_cocktail.evaluation.sampling import of_class
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.seeds import derive


@dataclass(frozen=True)
class Protocol:
    """What models are measured by: the same for a model, its snapshots and its rivals."""

    domains: Sequence[str]
    references: Sequence[Reference]  # one a domain
    probabilities: Sequence[float]
    extractor: Extractor
    perceptual: Perceptual
    settings: EvaluationParams
    seed: int
    device: torch.device
    cache: Cache = field(default_factory=Cache)
    own: Sequence[int] = ()  # of one model a domain, which of its classes is measured; the first unless said otherwise

    @cached_property
    def pooled(self) -> Reference:
        """The union's reference."""
        return pool(self.references, self.probabilities, derive(self.seed, "pool"))

    @cached_property
    def classifier(self) -> DomainClassifier | None:
        """What purity is measured by; a single domain needs none."""
        many = len(self.domains) > 1
        return fit_classifier([r.features for r in self.references], self.seed) if many else None


def evaluate(models: Sequence[Model], protocol: Protocol, *, snapshot: bool = False) -> list[Row]:
    """Rows for each domain (class i against reference i), `mean` (over domains) and `union`.

    The union's images are those of the domains in the shares that drawn labels give; its path length is
    that across domains. A snapshot is not measured for path length and diversity.
    """
    p = protocol
    perceptual = None if snapshot else p.perceptual
    sets = [
        image_set(*of_class(models, i, p.own), p.settings.n_images, p.extractor, perceptual, p.seed, p.device, p.cache)
        for i in range(len(p.domains))
    ]
    paths = 0 if snapshot else p.settings.ppl_paths
    rows: list[Row] = []
    for i, domain in enumerate(p.domains):
        measured = _of_domain(sets[i], i, p) + _path_length(*of_class(models, i, p.own), paths, p)
        rows += [{"domain": domain} | each for each in measured]
    rows += mean_rows(rows)
    ends = np.cumsum(union_counts(p.probabilities, p.settings.n_images, p.seed))
    parts = zip(sets, [0, *ends[:-1]], ends, strict=True)
    union = compare(np.concatenate([s.features[start:end] for s, start, end in parts]), p.pooled, p)  # no latent twice
    if len(models) == 1 and len(p.domains) > 1:  # one latent space for all domains
        union += _path_length(models[0], None, paths, p)
    return rows + [{"domain": "union"} | each for each in union]


def compare(features: np.ndarray, reference: Reference, protocol: Protocol) -> list[Row]:
    """FID, KID, precision and recall of features [N, D] against a reference; `few` marks those of too few images.

    Only KID has a std, that over its subsets.
    """
    s, seed = protocol.settings, protocol.seed
    fid = frechet_distance(*moments(features), reference.mean, reference.cov)
    kid, spread = kernel_distance(features, reference.features, s.kid_subsets, s.kid_subset_size, derive(seed, "kid"))
    drawn, real = equal_subsets(features, reference.features, derive(seed, "manifold"))
    precision, recall = precision_recall(drawn, real, device=protocol.device)
    equal = {"n_images": len(drawn), "n_reference": len(real)}
    rows = [
        row("fid", fid, None, len(features), reference),
        row("kid", kid, spread, len(features), reference),
        row("precision", precision, None, len(features), reference) | equal,
        row("recall", recall, None, len(features), reference) | equal,
    ]
    return [each | {"few": True} for each in rows] if reference.few(len(features)) else rows


def _of_domain(found: ImageSet, domain: int, protocol: Protocol) -> list[Row]:
    """All that is read off the images of one class."""
    n, reference = len(found.features), protocol.references[domain]
    rows = compare(found.features, reference, protocol)
    if protocol.classifier:
        rows.append(row("purity", protocol.classifier.share(found.features, domain), None, n, reference))
    if len(found.distances):
        perceptual = {"extractor": protocol.perceptual.identity.name}
        rows.append(row("diversity", *estimate(found.distances), 2 * len(found.distances), None) | perceptual)
    return rows


def _path_length(model: Model, label: int | None, paths: int, protocol: Protocol) -> list[Row]:
    """The row of the path length within a class, or (label None) across classes; none without paths."""
    if not paths:
        return []
    p = protocol
    speeds = path_length(model, label, paths, p.perceptual, p.seed, p.device, p.cache)
    return [row("ppl", *estimate(speeds), 2 * paths, None) | {"extractor": p.perceptual.identity.name}]


def union_counts(probabilities: Sequence[float], n: int, seed: int) -> list[int]:
    """How many of n images each class gets when labels are drawn by the class probabilities."""
    rng = np.random.default_rng(derive(seed, "labels"))
    return [int(count) for count in rng.multinomial(n, probabilities)]
