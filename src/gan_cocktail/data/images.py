"""Images as tensors, PNGs and grids, datasets written in the layout of StyleGAN's dataset_tool.py."""

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic

_EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed date: same images, same bytes
LUMA = (0.299, 0.587, 0.114)  # of red, green and blue, as in Pillow


def to_uint8(images: Tensor) -> Tensor:
    """Images in [-1, 1] as uint8, rounded as the StyleGAN code does."""
    return (images * 127.5 + 128).clamp(0, 255).to(torch.uint8)


def to_float(images: Tensor) -> Tensor:
    """uint8 images as float32 in [-1, 1]."""
    return images.float() / 127.5 - 1


def in_channels(images: Tensor, channels: int) -> Tensor:
    """Images [N, C, H, W] in [-1, 1] in other channels, as datasets are read: grey repeated, of colour its luma."""
    if images.shape[1] == channels:
        return images
    if channels == 3:
        return images.expand(-1, 3, -1, -1)
    luma = images.new_tensor(LUMA).view(1, 3, 1, 1)
    return (images.clamp(-1, 1) * luma).sum(1, keepdim=True)


def png(image: Tensor) -> bytes:
    """One uint8 image [C, H, W] as PNG."""
    array = image.permute(1, 2, 0).cpu().numpy()
    buffer = io.BytesIO()
    Image.fromarray(array if array.shape[2] == 3 else array[:, :, 0]).save(buffer, "png")
    return buffer.getvalue()


def check_png(path: Path) -> None:
    """Raise CocktailError for a name that promises another format than PNG."""
    if path.suffix.lower() != ".png":
        raise CocktailError(f"--out: expected a name that ends with .png, the format that is written, found {path}")


def write_zip(
    path: Path,
    batches: Iterable[Tensor],
    info: dict[str, Any],
    labels: Sequence[int] | None = None,
    classes: Sequence[str] = (),
) -> None:
    """Write uint8 image batches as a dataset zip whose comment holds `info` (provenance) as JSON.

    labels: the class of each image, by number; None where all are of one. classes: what the classes are called.
    """
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for i, image in enumerate(image for batch in batches for image in batch):
            name = f"{i // 1000:05d}/img{i:08d}.png"
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), png(image))
        index: dict[str, Any] = {"labels": labels and list(zip(archive.namelist(), labels, strict=True))}
        if classes:
            index["classes"] = list(classes)
        archive.writestr(zipfile.ZipInfo("dataset.json", _EPOCH), json.dumps(index))
        archive.comment = json.dumps(info).encode()


def grid(images: Tensor, columns: int) -> Tensor:
    """Tile uint8 images [N, C, H, W] row by row into one [C, rows * H, columns * W]; N fills the rows."""
    n, c, h, w = images.shape
    tiles = images.reshape(n // columns, columns, c, h, w)
    return tiles.permute(2, 0, 3, 1, 4).reshape(c, n // columns * h, columns * w)
