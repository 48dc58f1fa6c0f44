"""clean-fid's InceptionV3, the field's usual extractor: a file that clean-fid fetches, or one that is at hand."""

import os
import tempfile
from pathlib import Path
from urllib.error import URLError

import torch
from cleanfid.downloads_helper import check_download_inception, inception_url
from cleanfid.inception_torchscript import InceptionV3W

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Extractor, Identity
from gan_cocktail.files import require, sha256

NAME = "inception_v3"
RESOLUTION = 299
WIDTH = 2048
FILE = "inception-2015-12-05.pt"
CACHE_VARIABLE = "GAN_COCKTAIL_CACHE"


def fetched() -> Path:
    """The file that clean-fid's network is read from, fetched by clean-fid if it is not there."""
    folder = Path(os.environ.get(CACHE_VARIABLE) or Path.home() / ".cache/gan-cocktail")
    file = folder / FILE
    if not file.exists():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as temporary:  # complete or absent
                Path(check_download_inception(temporary)).replace(file)
        except (URLError, OSError) as e:
            raise CocktailError(
                f"evaluation.features has {NAME}, and its weights could not be fetched ({e}): put {inception_url} at "
                f"{file} (or name it as evaluation.weights.{NAME}), or set features: efficientnet_lite0"
            ) from None
    return file


def load(weights: Path | None, device: torch.device) -> Extractor:
    """The extractor, 2,048 features, from a file of clean-fid's, or from the one that it fetches."""
    file = require(weights) if weights else fetched()
    with tempfile.TemporaryDirectory() as folder:  # clean-fid looks for its own name
        (Path(folder) / FILE).symlink_to(file.resolve())
        net = InceptionV3W(folder, download=False, resize_inside=False).to(device).eval()
    identity = Identity(NAME, sha256(file), f"clean bicubic {RESOLUTION}", WIDTH)
    return Extractor(identity, RESOLUTION, lambda x: net(x.to(device)))
