"""Every metric of one model (or one a domain), for each domain and for their union, as rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.cache import Cache
from gan_cocktail.evaluation.image_sets import ImageSet, image_set
from gan_cocktail.evaluation.path_length import path_length
from gan_cocktail.evaluation.perceptual import Perceptual
from gan_cocktail.evaluation.rows import Row, estimate, mean_rows, row
from gan_cocktail.evaluation.sampling import of_class
from gan_cocktail.evaluation.yardstick import Yardstick
from gan_cocktail.params.evaluation import EvaluationParams
from gan_cocktail.seeds import derive


@dataclass(frozen=True)
class Protocol:
    """What models are measured by: the same for a model, its snapshots and its rivals."""

    domains: Sequence[str]
    yardsticks: Sequence[Yardstick]  # one an extractor; the first decides, and all are alike but for it
    perceptual: Perceptual
    device: torch.device
    cache: Cache = field(default_factory=Cache)
    own: Sequence[int] = ()  # of one model a domain, which of its classes is measured; the first unless said otherwise

    @property
    def settings(self) -> EvaluationParams:
        """How many images are drawn, and so on."""
        return self.yardsticks[0].settings

    @property
    def seed(self) -> int:
        """Of all that is drawn."""
        return self.yardsticks[0].seed


def evaluate(models: Sequence[Model], protocol: Protocol, *, snapshot: bool = False) -> dict[str, list[Row]]:
    """By extractor: rows for each domain (class i against reference i), `mean` (over domains) and `union`.

    Path length and diversity, which are the perceptual distance's, are among those of the first extractor; a
    snapshot is not measured for them. All extractors see the same images.
    """
    p = protocol
    perceptual = None if snapshot else p.perceptual
    extractors = [yardstick.extractor for yardstick in p.yardsticks]
    sets = [
        image_set(*of_class(models, i, p.own), p.settings.n_images, extractors, perceptual, p.seed, p.device, p.cache)
        for i in range(len(p.domains))
    ]
    found = {y.name: _by(y, [each.features[k] for each in sets], p) for k, y in enumerate(p.yardsticks)}
    first = p.yardsticks[0].name
    domains, union = found[first]
    found[first] = _merged(domains, [] if snapshot else _places(models, sets, p)), union
    if not snapshot and len(models) == 1 and len(p.domains) > 1:  # one latent space for all domains
        union += _path_length(models[0], None, p)
    return {name: _flat(p.domains, domains, union) for name, (domains, union) in found.items()}


def _by(yardstick: Yardstick, features: Sequence[np.ndarray], protocol: Protocol) -> tuple[list[list[Row]], list[Row]]:
    """Rows of each domain and of the union: its images are the domains', in the shares that drawn labels give."""
    domains = [yardstick.of_domain(each, i, protocol.device) for i, each in enumerate(features)]
    ends = np.cumsum(union_counts(yardstick.probabilities, protocol.settings.n_images, protocol.seed))
    parts = zip(features, [0, *ends[:-1]], ends, strict=True)
    together = np.concatenate([each[start:end] for each, start, end in parts])  # no latent twice
    return domains, yardstick.union.compare(together, protocol.device)


def _merged(domains: list[list[Row]], more: list[list[Row]]) -> list[list[Row]]:
    return [rows + others for rows, others in zip(domains, more, strict=True)] if more else domains


def _flat(names: Sequence[str], domains: list[list[Row]], union: list[Row]) -> list[Row]:
    rows = [{"domain": name} | each for name, some in zip(names, domains, strict=True) for each in some]
    return rows + mean_rows(rows) + [{"domain": "union"} | each for each in union]


def _places(models: Sequence[Model], sets: Sequence[ImageSet], protocol: Protocol) -> list[list[Row]]:
    """What perceptual distances say of each domain: diversity and path length."""
    by = {"extractor": protocol.perceptual.identity.name}
    return [
        [row("diversity", *estimate(s.distances), 2 * len(s.distances), None) | by] * bool(len(s.distances))
        + _path_length(*of_class(models, i, protocol.own), protocol)
        for i, s in enumerate(sets)
    ]


def _path_length(model: Model, label: int | None, protocol: Protocol) -> list[Row]:
    """The row of the path length within a class, or (label None) across classes; none without paths."""
    p, paths = protocol, protocol.settings.ppl_paths
    if not paths:
        return []
    speeds = path_length(model, label, paths, p.perceptual, p.seed, p.device, p.cache)
    return [row("ppl", *estimate(speeds), 2 * paths, None) | {"extractor": p.perceptual.identity.name}]


def union_counts(probabilities: Sequence[float], n: int, seed: int) -> list[int]:
    """How many of n images each class gets when labels are drawn by the class probabilities."""
    rng = np.random.default_rng(derive(seed, "labels"))
    return [int(count) for count in rng.multinomial(n, probabilities)]
