"""The images of one class of a model, drawn once for all metrics and not kept: what was read off them is."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.cache import Cache, Tensors, generator_sha256
from gan_cocktail.evaluation.diversity import PAIRS, pair_distances
from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.evaluation.perceptual import Perceptual
from gan_cocktail.evaluation.sampling import draw

STREAM = "evaluation"


@dataclass(frozen=True)
class ImageSet:
    """Features [N, D] of N images in the order of their latents, and perceptual distances of random pairs."""

    features: list[np.ndarray]  # one array an extractor
    distances: Tensor  # [P]; none if diversity was not asked for


def image_set(
    model: Model,
    label: int,
    n: int,
    extractors: Sequence[Extractor],
    perceptual: Perceptual | None,
    seed: int,
    device: torch.device,
    cache: Cache,
) -> ImageSet:
    """Draw n images of a class, unless the cache has them; without `perceptual` no distances are taken."""

    def compute() -> Tensors:
        parts: list[list[Tensor]] = [[] for _ in extractors]
        distances = [torch.empty(0)]
        left = 2 * PAIRS if perceptual else 0  # images that are yet to be paired
        for batch in draw(model, label, n, seed, STREAM, device):
            for part, extractor in zip(parts, extractors, strict=True):
                part.append(torch.from_numpy(extractor(batch)))
            if perceptual and left:
                distances.append(pair_distances(batch[:left], perceptual))
                left -= len(batch[:left])
        return {str(i): torch.cat(part) for i, part in enumerate(parts)} | {"distances": torch.cat(distances)}

    found = cache.get(
        compute,
        generator=generator_sha256(model),
        label=label,
        n=n,
        psi=1.0,
        stream=[seed, STREAM],
        device=device.type,
        extractors=[asdict(extractor.identity) for extractor in extractors],
        pairs=[PAIRS, asdict(perceptual.identity)] if perceptual else None,
    )
    return ImageSet([found[str(i)].numpy() for i in range(len(extractors))], found["distances"])
