"""Sets of images: the StyleGAN `dataset.zip` convention (a stored zip of PNGs and dataset.json)."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, UnidentifiedImageError
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic, require

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed date: same images, same bytes


def _is_image(name: str) -> bool:
    return Path(name).suffix.lower() in SUFFIXES and not Path(name).name.startswith(".")


def _entries(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every image of a zip or a folder, in the order of names."""
    if require(path).is_dir():
        for file in sorted(p for p in path.rglob("*") if _is_image(p.name)):
            yield str(file), file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for name in sorted(n for n in archive.namelist() if _is_image(n)):
                yield f"{path}:{name}", archive.read(name)
    except zipfile.BadZipFile as e:
        raise CocktailError(f"{path}: expected a zip or a folder of images ({e}); is the file complete?") from None


def _decode(name: str, content: bytes, resolution: int, channels: int) -> np.ndarray:
    try:
        upright = ImageOps.exif_transpose(Image.open(io.BytesIO(content)))
        image = upright.convert("L" if channels == 1 else "RGB")
    except (UnidentifiedImageError, OSError) as e:
        raise CocktailError(f"{name}: not a readable image ({e}); replace or remove it") from None
    if image.size != (resolution, resolution):
        side = min(image.size)
        if side < resolution:
            raise CocktailError(
                f"{name}: {image.width}x{image.height} pixels are fewer than the network's {resolution}; "
                "use larger images or a smaller img_resolution"
            )
        left, top = (image.width - side) // 2, (image.height - side) // 2
        box = (left, top, left + side, top + side)
        image = image.crop(box).resize((resolution, resolution), Image.Resampling.LANCZOS)
    return np.asarray(image).reshape(resolution, resolution, channels)


def read_images(path: Path, resolution: int, channels: int) -> Tensor:
    """All images of a zip or folder as uint8 [N, C, H, W]; larger ones are centre-cropped and reduced.

    Raises CocktailError naming the file if one is broken or too small, or if there is none.
    """
    images = [_decode(name, content, resolution, channels) for name, content in _entries(path)]
    if not images:
        raise CocktailError(f"{path}: no images in it; expected files ending in {', '.join(sorted(SUFFIXES))}")
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()


def to_uint8(images: Tensor) -> Tensor:
    """Images in [-1, 1] as uint8, rounded as the StyleGAN code does."""
    return (images * 127.5 + 128).clamp(0, 255).to(torch.uint8)


def to_float(images: Tensor) -> Tensor:
    """uint8 images as float32 in [-1, 1]."""
    return images.float() / 127.5 - 1


def png(image: Tensor) -> bytes:
    """One uint8 image [C, H, W] as PNG."""
    array = image.permute(1, 2, 0).cpu().numpy()
    buffer = io.BytesIO()
    Image.fromarray(array if array.shape[2] == 3 else array[:, :, 0]).save(buffer, "png")
    return buffer.getvalue()


def write_zip(path: Path, batches: Iterable[Tensor], info: dict[str, Any]) -> None:
    """Write uint8 image batches as a dataset zip whose comment holds `info` (provenance) as JSON."""
    with atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for i, image in enumerate(image for batch in batches for image in batch):
            name = f"{i // 1000:05d}/img{i:08d}.png"
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), png(image))
        archive.writestr(zipfile.ZipInfo("dataset.json", _EPOCH), json.dumps({"labels": None}))
        archive.comment = json.dumps(info).encode()


def grid(images: Tensor, columns: int) -> Tensor:
    """Tile uint8 images [N, C, H, W] row by row into one [C, rows * H, columns * W]; N fills the rows."""
    n, c, h, w = images.shape
    tiles = images.reshape(n // columns, columns, c, h, w)
    return tiles.permute(2, 0, 3, 1, 4).reshape(c, n // columns * h, columns * w)


def read_labels(path: Path, n_images: int) -> tuple[Tensor, list[str]]:
    """Class indices [N] and class names of a dataset's images, in the order of read_images.

    From `labels` and `classes` of a zip's dataset.json; without labels, one class named like the file.
    With labels, names are preceded by the file's: cifar10/cat.
    """
    labels: list[tuple[str, int]] | None = None
    if path.is_file():
        with zipfile.ZipFile(path) as archive:
            index = json.loads(archive.read("dataset.json")) if "dataset.json" in archive.namelist() else {}
            labels = index.get("labels")
    if labels is None:
        return torch.zeros(n_images, dtype=torch.long), [path.stem]
    if len(labels) != n_images:
        raise CocktailError(f"{path}: dataset.json has {len(labels)} labels for {n_images} images")
    indices = torch.tensor([label for _, label in sorted(labels)])
    names = index.get("classes") or range(int(indices.max()) + 1)
    return indices, [f"{path.stem}/{name}" for name in names]
