"""Ladders of known disturbances of 32x32 images, by which an extractor is judged before it judges models.

Each disturbance takes uint8 images [N, 3, 32, 32] and how much, and gives images of the same form. What is drawn at
random is seeded.
"""

import io
from collections.abc import Callable, Iterator

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from gan_cocktail.evaluation.features import Extractor
from gan_cocktail.evaluation.metrics import frechet_distance, moments

EYES = {"cat": ((16, 11.5), (16, 19.5)), "face": ((9, 9), (9, 22))}  # row, column in the aligned sets


def _bytes(x: Tensor) -> Tensor:
    return x.round().clamp(0, 255).to(torch.uint8)


def _normal(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1))


def blur(x: Tensor, sigma: float) -> Tensor:
    """Gaussian, of `sigma` pixels."""
    kernel = torch.exp(-torch.arange(-4.0, 5.0).square() / (2 * sigma**2))
    weight = (kernel / kernel.sum()).repeat(3, 1, 1, 1)
    padded = F.pad(x.float(), (4, 4, 4, 4), mode="reflect")
    return _bytes(F.conv2d(F.conv2d(padded, weight, groups=3), weight.transpose(2, 3), groups=3))


def noise(x: Tensor, std: float) -> Tensor:
    """Independent at every pixel and channel, of `std` of 255."""
    return _bytes(x + std * _normal(*x.shape))


def contrast(x: Tensor, factor: float) -> Tensor:
    """About each image's mean."""
    mean = x.float().mean([1, 2, 3], keepdim=True)
    return _bytes((x - mean) * factor + mean)


def brightness(x: Tensor, offset: float) -> Tensor:
    """Added to every pixel."""
    return _bytes(x.float() + offset)


def cast(x: Tensor, offset: float) -> Tensor:
    """More red, less blue."""
    return _bytes(x + offset * torch.tensor([1.0, 0, -1]).view(3, 1, 1))


def jpeg(x: Tensor, quality: int) -> Tensor:
    """Compressed and read again."""
    arrays = []
    for array in x.permute(0, 2, 3, 1).numpy():
        buffer = io.BytesIO()
        Image.fromarray(array).save(buffer, "jpeg", quality=quality)
        arrays.append(np.asarray(Image.open(buffer)))
    return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)


def blotches(x: Tensor, std: float) -> Tensor:
    """Coloured patches of some eight pixels, like those of models that were tuned for too short a time."""
    return _bytes(x + std * F.interpolate(_normal(len(x), 3, 5, 5), x.shape[2:], mode="bicubic", align_corners=False))


def painted(x: Tensor, radius: float, places: tuple[tuple[float, float], ...]) -> Tensor:
    """Discs at `places` painted over with the colour around them."""
    y = x.float()
    rows, columns = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    for row, column in places:
        distance = ((rows - row).square() + (columns - column).square()).sqrt()
        ring = (distance - radius - 1.5).abs() < 1
        colour = (y * ring).sum([2, 3], keepdim=True) / ring.sum()
        inside = torch.sigmoid(3 * (radius - distance))
        y = y * (1 - inside) + colour * inside
    return _bytes(y)


def mixed(x: Tensor, share: float, other: Tensor) -> Tensor:
    """A share of the images replaced by others."""
    n = round(len(x) * share)
    return torch.cat([other[:n], x[n:]])


def repeated(x: Tensor, times: int) -> Tensor:
    """The first of them alone, each so many times."""
    return x[: len(x) // times].repeat(times, 1, 1, 1)


def rungs(x: Tensor, other: Tensor, domain: str) -> Iterator[tuple[str, float, Tensor]]:
    """Name of a ladder, how much, and the images: each ladder from what is hardly seen to what anyone sees."""
    ladders: dict[str, tuple[Callable[..., Tensor], tuple[float, ...]]] = {
        "blur": (blur, (0.4, 0.7, 1.0, 1.5)),
        "noise": (noise, (3, 6, 12, 25)),
        "contrast": (contrast, (1.15, 1.4, 2)),
        "brightness": (brightness, (10, 30, 60)),
        "cast": (cast, (8, 25, 50)),
        "JPEG": (jpeg, (90, 75, 50, 20)),
        "blotches": (blotches, (8, 16, 32)),
        "other domain": (lambda x, much: mixed(x, much, other), (0.05, 0.1, 0.25)),
        "duplicates": (repeated, (2, 4)),
    }
    if domain in EYES:
        ladders["eyes painted"] = lambda x, much: painted(x, much, EYES[domain]), (1.5, 3)
    for name, (disturb, amounts) in ladders.items():
        for much in amounts:
            yield name, much, disturb(x, much)


def climb(
    extractor: Extractor, images: Tensor, other: Tensor, domain: str
) -> tuple[float, float, dict[str, dict[float, float]]]:
    """FID of the two halves of the images, of all of `other`, and of every rung, disturbing one half.

    All are against the first half.
    """
    half = len(images) // 2
    reference = moments(extractor(images[:half]))

    def fid(x: Tensor) -> float:
        return frechet_distance(*moments(extractor(x)), *reference)

    found: dict[str, dict[float, float]] = {}
    for name, much, disturbed in rungs(images[half : 2 * half], other[:half], domain):
        found.setdefault(name, {})[much] = fid(disturbed)
    return fid(images[half : 2 * half]), fid(other[:half]), found
