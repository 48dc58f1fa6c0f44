"""Feature extractors: uint8 images in, feature vectors out, each with an identity that statistics keep."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import numpy as np
import torch
from cleanfid.downloads_helper import check_download_inception, inception_url
from cleanfid.inception_torchscript import InceptionV3W
from cleanfid.resize import make_resizer
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.embedded import RESOLUTION, EmbeddedNet, load_embedded
from gan_cocktail.files import sha256

BATCH = 250
INCEPTION_RESOLUTION = 299
INCEPTION_FILE = "inception-2015-12-05.pt"
CACHE_VARIABLE = "GAN_COCKTAIL_CACHE"


@dataclass(frozen=True)
class Identity:
    """What makes features comparable: equal identities only."""

    name: str
    weights_sha256: str
    resize: str
    dim: int


@dataclass(frozen=True)
class Extractor:
    """Maps images to features [N, dim], float32."""

    identity: Identity
    resolution: int
    compute: Callable[[Tensor], Tensor]  # float images in [0, 255], at `resolution`

    @torch.no_grad()
    def __call__(self, images: Tensor) -> np.ndarray:
        """Features of uint8 images [N, 1 or 3, H, W]; batching changes them by rounding alone."""
        parts = [self.compute(resize(batch, self.resolution)).cpu() for batch in images.split(BATCH)]
        return torch.cat(parts).float().numpy()


def resize(images: Tensor, resolution: int) -> Tensor:
    """Images [N, C, H, W], uint8 or float, -> float RGB in [0, 255], by clean-fid's resizing.

    That is PIL's, bicubic, antialiased, a channel at a time in float32, not rounded.
    """
    images = images.expand(-1, 3, -1, -1)
    if images.shape[2:] == (resolution, resolution):
        return images.float()
    resizer = make_resizer("PIL", False, "bicubic", (resolution, resolution))
    arrays = [resizer(image) for image in images.permute(0, 2, 3, 1).cpu().numpy()]
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)


def embedded_identity(weights: Path, net: EmbeddedNet) -> Identity:
    """What the features of an embedded network are known by."""
    return Identity("embedded", sha256(weights), f"clean bicubic {RESOLUTION}", net.head.in_features)


def embedded(weights: Path, device: torch.device) -> Extractor:
    """The extractor that ships with the project (needs no network)."""
    net, _ = load_embedded(weights)
    net = net.to(device)
    return Extractor(embedded_identity(weights, net), RESOLUTION, lambda x: net.features(x.to(device) / 127.5 - 1))


def _inception_weights() -> Path:
    """The file that clean-fid's network is read from, fetched by clean-fid if it is not there."""
    folder = Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache/gan-cocktail")
    file = folder / INCEPTION_FILE
    if not file.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as temporary:  # complete or absent
                Path(check_download_inception(temporary)).replace(file)
        except (URLError, OSError) as e:
            raise CocktailError(
                f"evaluation.features is inception_v3, and its weights could not be fetched ({e}): put "
                f"{inception_url} at {file} (or set ${CACHE_VARIABLE} to its folder), or set features: embedded"
            ) from None
    return file


def inception(device: torch.device) -> Extractor:
    """clean-fid's InceptionV3 (2,048 features), the field's usual extractor."""
    file = _inception_weights()
    net = InceptionV3W(str(file.parent), download=False, resize_inside=False).to(device).eval()
    identity = Identity("inception_v3", sha256(file), f"clean bicubic {INCEPTION_RESOLUTION}", 2048)
    return Extractor(identity, INCEPTION_RESOLUTION, lambda x: net(x.to(device)))


def load_extractor(name: str, embedded_weights: Path, device: torch.device) -> Extractor:
    """The extractor of that name in `evaluation.features`."""
    return inception(device) if name == "inception_v3" else embedded(embedded_weights, device)
