"""Cached reference statistics: what generated images are compared with, once computed, then kept."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Identity
from gan_cocktail.evaluation.metrics import Array, moments
from gan_cocktail.files import atomic, require

Origin = Literal["real", "synthetic"]


@dataclass(frozen=True)
class Reference:
    """Statistics of one image set: moments for FID, features for KID, and who made them of what."""

    extractor: Identity
    origin: Origin  # images of the source's training set, or drawn from the source
    features: np.ndarray  # [N, D], float16: KID is an average over them, half precision is ample
    mean: Array
    cov: Array
    info: dict[str, Any]

    @property
    def n_images(self) -> int:
        """Images that the statistics are of."""
        return len(self.features)


def make_reference(features: np.ndarray, extractor: Identity, origin: Origin, info: dict[str, Any]) -> Reference:
    """Statistics of features [N, D]; the moments are those of the features in full precision."""
    mean, cov = moments(features)
    return Reference(extractor, origin, features.astype(np.float16), mean, cov, info)


def save_reference(reference: Reference, path: Path) -> None:
    """Write statistics atomically."""
    arrays = {"features": reference.features, "mean": reference.mean, "cov": np.ascontiguousarray(reference.cov)}
    facts = {"extractor": asdict(reference.extractor), "origin": reference.origin, "info": reference.info}
    with atomic(path) as temporary:
        save_file(arrays, temporary, {k: json.dumps(v) for k, v in facts.items()})


def load_reference(path: Path, extractor: Identity) -> Reference:
    """Read statistics; CocktailError if another extractor, resize mode or weights made them."""
    try:
        with safe_open(require(path), "np") as f:
            facts = {k: json.loads(v) for k, v in (f.metadata() or {}).items()}
            arrays = {k: f.get_tensor(k) for k in f.keys()}  # noqa: SIM118
        found = Identity(**facts["extractor"])
    except (SafetensorError, KeyError, ValueError) as e:
        raise CocktailError(f"{path}: expected reference statistics ({e}); make them with gan-cocktail reference") from None
    if found != extractor:
        raise CocktailError(
            f"{path}: made with {found}, but this evaluation uses {extractor}; make the reference anew with "
            "gan-cocktail reference, or drop `reference` from the source to use its synthetic images"
        )
    return Reference(found, facts["origin"], arrays["features"], arrays["mean"], arrays["cov"], facts["info"])


def pool(references: Sequence[Reference], probabilities: Sequence[float], seed: int) -> Reference:
    """Statistics of the union: the mixture's moments, and features of each domain in its share."""
    mean = np.sum([p * r.mean for p, r in zip(probabilities, references, strict=True)], 0)
    cov = np.sum(
        [p * (r.cov + np.outer(r.mean - mean, r.mean - mean)) for p, r in zip(probabilities, references, strict=True)], 0
    )
    total = min(r.n_images / p for p, r in zip(probabilities, references, strict=True))
    rng = np.random.default_rng(seed)
    features = [
        r.features[rng.permutation(r.n_images)[: int(p * total)]] for p, r in zip(probabilities, references, strict=True)
    ]
    origin: Origin = "real" if all(r.origin == "real" for r in references) else "synthetic"
    return Reference(references[0].extractor, origin, np.concatenate(features), mean, cov, {})
