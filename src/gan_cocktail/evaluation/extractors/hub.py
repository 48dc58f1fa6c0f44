"""Vision transformers of the Hugging Face hub: DINOv2 (Oquab et al. 2023) and CLIP (Radford et al. 2021).

Features as in Stein et al. 2023 (DINOv2's class token) and Kynkäänniemi et al. 2023 (CLIP's image embedding).
Needs `transformers`, an optional dependency: pip install 'gan-cocktail[hub]'.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Extractor, Identity
from gan_cocktail.files import require, sha256

RESOLUTION = 224
FILES = ("config.json", "model.safetensors")


@dataclass(frozen=True)
class Kind:
    """A family of networks: where its usual weights are, its class in transformers, and what its features are."""

    repository: str
    model: str
    features: Callable[[Any], Tensor]  # of the model's output
    mean: tuple[float, float, float]  # of the images that it was trained on, per channel, from 0 to 1
    std: tuple[float, float, float]


KINDS = {
    "dinov2": Kind(
        "facebook/dinov2-large",
        "Dinov2Model",
        lambda output: output.last_hidden_state[:, 0],
        (0.485, 0.456, 0.406),
        (0.229, 0.224, 0.225),
    ),
    "clip": Kind(
        "openai/clip-vit-base-patch32",
        "CLIPVisionModelWithProjection",
        lambda output: output.image_embeds,
        (0.48145466, 0.4578275, 0.40821073),
        (0.26862954, 0.26130258, 0.27577711),
    ),
}


def load(name: str, weights: Path | None, device: torch.device) -> Extractor:
    """An extractor of KINDS, from a folder with FILES, or fetched on first use.

    Raises CocktailError if transformers is not installed, or if the weights cannot be had or read.
    """
    try:
        import transformers
    except ImportError:
        raise CocktailError(
            f"evaluation.features has {name}, which needs transformers: pip install 'gan-cocktail[hub]'"
        ) from None
    kind, folder = KINDS[name], weights or _fetched(name)
    file = require(folder / FILES[1])
    try:
        net = getattr(transformers, kind.model).from_pretrained(folder, local_files_only=True, use_safetensors=True)
    except (OSError, ValueError, RuntimeError, SafetensorError) as e:
        raise CocktailError(f"{folder}: expected {' and '.join(FILES)} of a {kind.model} ({e})") from None
    net = net.to(device).eval().requires_grad_(False)
    mean, std = (torch.tensor(v, device=device).view(3, 1, 1) for v in (kind.mean, kind.std))

    def compute(images: Tensor) -> Tensor:
        return kind.features(net(pixel_values=(images.to(device) / 255 - mean) / std))

    dim = compute(torch.zeros(1, 3, RESOLUTION, RESOLUTION)).shape[1]
    return Extractor(Identity(name, sha256(file), f"clean bicubic {RESOLUTION}", dim), RESOLUTION, compute)


def _fetched(name: str) -> Path:
    """The folder of a kind's usual weights in the hub's cache, fetched if they are not there."""
    from huggingface_hub import snapshot_download

    repository = KINDS[name].repository
    try:
        return Path(snapshot_download(repository, allow_patterns=list(FILES)))
    except Exception as e:  # the hub's client has many kinds of failure, none of which is ours to repair
        reason = str(e).splitlines()[0] if str(e) else type(e).__name__
        raise CocktailError(
            f"evaluation.features has {name}, and {repository} could not be fetched ({reason}): put its "
            f"{' and '.join(FILES)} into a folder and name that as evaluation.weights.{name}"
        ) from None
