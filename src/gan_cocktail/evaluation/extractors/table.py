"""The extractors by name: a new one is a file beside this one, a line here, a name in params/evaluation.py, and what it
needs in plan/needs.py."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch

from gan_cocktail.evaluation.extractors import hub, inception, lite
from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.params.evaluation import SHIPPED

LOADERS: dict[str, Callable[[Path | None, torch.device], Extractor]] = {
    lite.NAME: lambda weights, device: lite.load(weights or Path(SHIPPED), device),
    inception.NAME: inception.load,
    **{name: partial(hub.load, name) for name in hub.KINDS},
}


def load_extractor(name: str, weights: Path | None, device: torch.device) -> Extractor:
    """The extractor of that name in `evaluation.features`; from its usual place if no weights are given."""
    return LOADERS[name](weights, device)
