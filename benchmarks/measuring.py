"""Features and distances, timed."""

from pathlib import Path

import numpy as np
import torch

from benchmarks.roofline import seconds
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.kernel_distance import KernelDistance
from gan_cocktail.evaluation.metrics import frechet_distance, moments
from gan_cocktail.params.evaluation import DEFAULT, EvaluationParams

IMAGES = 50  # at a time


def measuring(where: torch.device, at_least: float) -> dict[str, float]:
    """Features of the default extractor, images/s; FID and KID of as many as an evaluation has, seconds."""
    settings = EvaluationParams()
    extractor = load_extractor(DEFAULT, Path(settings.files[DEFAULT]), where)
    found = {}
    for side in (32, 256):
        images = torch.randint(0, 256, (IMAGES, 3, side, side), dtype=torch.uint8)
        found[f"features of {side} px, images/s"] = IMAGES / median(
            seconds(lambda x=images: extractor(x), where, at_least)
        )
    one, other = np.random.default_rng(0).normal(size=(2, settings.n_images, extractor.identity.dim)).astype(np.float32)
    fid = seconds(lambda: frechet_distance(*moments(one), *moments(other)), where, at_least)
    kernel = KernelDistance(other, settings.kid_subsets, settings.kid_subset_size, 0)
    return found | {"FID, s": median(fid), "KID, s": median(seconds(lambda: kernel(one), where, at_least))}


def median(times: list[float]) -> float:
    """The middle one."""
    return sorted(times)[len(times) // 2]
