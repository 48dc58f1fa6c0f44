"""Cached reference statistics: what generated images are compared with, once computed, then kept."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Identity
from gan_cocktail.evaluation.metrics import Array, moments
from gan_cocktail.tensors import load_tensors, save_tensors, with_prefix

Origin = Literal["real", "synthetic"]
PARTS = ("features", "mean", "cov")
DAMAGED = "the file is damaged; make it anew with gan-cocktail reference"
ENOUGH = 2000  # images that are recommended at least; the field's habit is all training images, or 50,000


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

    def few(self, n_images: int) -> bool:
        """Whether these, or n_images that are compared with them, are fewer than features: no covariance is full."""
        return min(n_images, self.n_images) < self.extractor.dim


def make_reference(features: np.ndarray, extractor: Identity, origin: Origin, info: dict[str, Any]) -> Reference:
    """Statistics of features [N, D]; the moments are those of the features in full precision.

    Raises CocktailError for a single image, which has no covariance.
    """
    if len(features) < 2:
        raise CocktailError(
            f"a reference needs at least 2 images, and {ENOUGH:,} or more to be of use; found {len(features)}"
        )
    mean, cov = moments(features)
    return Reference(extractor, origin, features.astype(np.float16), mean, cov, info)


def save_reference(references: Sequence[Reference], path: Path) -> None:
    """Write statistics of one image set by one extractor or several, atomically.

    Raises CocktailError if a number in them is not finite.
    """
    for reference in references:
        _check_finite(reference, path)
    arrays = {f"{r.extractor.name}/{part}": torch.from_numpy(getattr(r, part)) for r in references for part in PARTS}
    first = references[0]
    facts = {
        "extractors": {r.extractor.name: asdict(r.extractor) for r in references},
        "origin": first.origin,
        "n_images": first.n_images,
        "info": first.info,
    }
    save_tensors(arrays, facts, path)


def made_with(facts: dict[str, Any], where: str) -> dict[str, dict[str, Any]]:
    """Identities, by name, of the extractors that made a file of statistics; CocktailError if it is none."""
    if "extractor" in facts:
        raise CocktailError(
            f"{where}: made with {facts['extractor']['name']} features by an earlier version; make it anew with "
            "gan-cocktail reference"
        )
    if not facts.get("extractors"):
        raise CocktailError(f"{where}: no `extractors` in it; expected statistics made by gan-cocktail reference")
    return dict(facts["extractors"])


def load_reference(path: Path, extractor: Identity) -> Reference:
    """Read the statistics by one extractor; CocktailError if only others, or other weights, made any."""
    tensors, facts = load_tensors(path, "reference statistics")
    known = made_with(facts, str(path))
    found = _identity(known.get(extractor.name, next(iter(known.values()))), path)
    if found != extractor:
        raise CocktailError(
            f"{path}: made with {found}, but this evaluation uses {extractor}; make the reference anew with "
            "gan-cocktail reference, or drop `reference` from the source to use its synthetic images"
        )
    arrays = {name: tensor.numpy() for name, tensor in with_prefix(tensors, f"{extractor.name}/").items()}
    if arrays.keys() != set(PARTS) or not {"origin", "info"} <= facts.keys():
        raise CocktailError(f"{path}: expected {', '.join(PARTS)}, and what they are of; {DAMAGED}")
    reference = Reference(found, facts["origin"], info=facts["info"], **arrays)
    _check_finite(reference, path)
    return reference


def _identity(facts: Any, path: Path) -> Identity:
    if not isinstance(facts, dict) or facts.keys() != {field.name for field in fields(Identity)}:
        raise CocktailError(f"{path}: expected name, weights, resizing and size of an extractor; {DAMAGED}")
    return Identity(**facts)


def _check_finite(reference: Reference, path: Path) -> None:
    for name in PARTS:
        if not np.isfinite(getattr(reference, name)).all():
            raise CocktailError(
                f"{path}: its {name} are not all finite numbers, so nothing can be measured against it; make it anew "
                "of other images or with other features"
            )


def of_real_images(domains: Sequence[str], references: Sequence[Reference]) -> dict[str, str]:
    """What was read of real images, a sentence a domain, where its reference tells."""
    told = {d: r.info.get("read", {}).get("sentence", "") for d, r in zip(domains, references, strict=True)}
    return {d: told[d] for d, r in zip(domains, references, strict=True) if told[d] and r.origin == "real"}


def pool(references: Sequence[Reference], probabilities: Sequence[float], seed: int) -> Reference:
    """Statistics of the union: the mixture's moments, and features of each domain in its share."""
    shares = list(zip(probabilities, references, strict=True))
    mean = np.sum([p * r.mean for p, r in shares], 0)
    cov = np.sum([p * (r.cov + np.outer(r.mean - mean, r.mean - mean)) for p, r in shares], 0)
    total = min(r.n_images / p for p, r in shares)
    rng = np.random.default_rng(seed)
    features = [r.features[rng.permutation(r.n_images)[: int(p * total)]] for p, r in shares]
    origin: Origin = "real" if all(r.origin == "real" for r in references) else "synthetic"
    return Reference(references[0].extractor, origin, np.concatenate(features), mean, cov, {})
