"""Adaptive discriminator augmentation: the "bgc" pipeline of Karras et al. 2020 (NeurIPS), app. B.

Pixel blitting, geometric and colour transformations, each applied to each image with probability
p times its multiplier. Images are [N, C, H, W] in [-1, 1].
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

# Low-pass taps of the sym6 wavelet: geometry is resampled at twice the resolution through it.
SYM6 = (
    0.015404109327027373, 0.0034907120842174702, -0.11799011114819057, -0.048311742585633,
    0.4910559419267466, 0.787641141030194, 0.3379294217276218, -0.07263752278646252,
    -0.021060292512300564, 0.04472490177066578, 0.0017677118642428036, -0.007800708325034148,
)  # fmt: skip
SUPPORT = len(SYM6) // 4  # pixels that the filter reaches beyond an edge
GEOMETRIC = ("xflip", "rotate90", "xint", "scale", "rotate", "aniso", "xfrac")
COLOUR = ("brightness", "contrast", "lumaflip", "hue", "saturation")
ALL = dict.fromkeys(GEOMETRIC + COLOUR, 1.0)


@dataclass
class Draws:
    """Random numbers of n images, or all of them at one percentile (to test a transformation)."""

    n: int
    rng: torch.Generator
    percentile: float | None = None

    def uniform(self) -> Tensor:
        """[n] in [0, 1)."""
        if self.percentile is not None:
            return torch.full((self.n,), self.percentile, device=self.rng.device)
        return torch.rand(self.n, generator=self.rng, device=self.rng.device)

    def normal(self) -> Tensor:
        """[n] of N(0, 1); at a percentile q, erfinv(2q - 1), the published pipeline's convention."""
        if self.percentile is not None:
            return torch.erfinv(self.uniform() * 2 - 1)
        return torch.randn(self.n, generator=self.rng, device=self.rng.device)

    def gate(self, value: Tensor, probability: Tensor | float, neutral: float = 0.0) -> Tensor:
        """`value` with the given probability, else `neutral`, for each image."""
        if self.percentile is not None:
            return value
        chosen = torch.rand(self.n, generator=self.rng, device=self.rng.device) < probability
        return torch.where(chosen, value, torch.full_like(value, neutral))


def _matrix(rows: list[list[Tensor | float]], like: Tensor) -> Tensor:
    cells = [torch.as_tensor(x, dtype=like.dtype, device=like.device).expand_as(like) for row in rows for x in row]
    return torch.stack(cells, -1).reshape(*like.shape, len(rows), len(rows[0]))


def _translate(x: Tensor, y: Tensor) -> Tensor:
    return _matrix([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]], x)


def _scale(x: Tensor, y: Tensor) -> Tensor:
    return _matrix([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]], x)


def _rotate(angle: Tensor) -> Tensor:
    c, s = angle.cos(), angle.sin()
    return _matrix([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]], angle)


def geometry(draws: Draws, p: Tensor | float, strengths: Mapping[str, float], size: int) -> Tensor:
    """Random maps [N, 3, 3] from output to input pixel coordinates, origin at the image's centre."""
    inverse = torch.eye(3, device=draws.rng.device).expand(draws.n, 3, 3)

    def chance(name: str) -> Tensor | float:
        return p * strengths.get(name, 0)

    if "xflip" in strengths:
        flip = draws.gate((draws.uniform() * 2).floor(), chance("xflip"))
        inverse = inverse @ _scale(1 - 2 * flip, torch.ones_like(flip))
    if "rotate90" in strengths:
        turns = draws.gate((draws.uniform() * 4).floor(), chance("rotate90"))
        inverse = inverse @ _rotate(turns * (math.pi / 2))
    if "xint" in strengths:
        x, y = (draws.uniform() * 2 - 1) * 0.125 * size, (draws.uniform() * 2 - 1) * 0.125 * size
        both = draws.gate(torch.ones_like(x), chance("xint"))
        inverse = inverse @ _translate(-(x * both).round(), -(y * both).round())
    if "scale" in strengths:
        s = draws.gate(torch.exp2(draws.normal() * 0.2), chance("scale"), 1)
        inverse = inverse @ _scale(1 / s, 1 / s)
    # Two rotations, before and after the anisotropic scaling; together they happen with chance p.
    once = 1 - (1 - torch.as_tensor(chance("rotate"))).clamp(0, 1).sqrt().to(inverse.device)
    if "rotate" in strengths:
        inverse = inverse @ _rotate(draws.gate((draws.uniform() * 2 - 1) * math.pi, once))
    if "aniso" in strengths:
        s = draws.gate(torch.exp2(draws.normal() * 0.2), chance("aniso"), 1)
        inverse = inverse @ _scale(1 / s, s)
    if "rotate" in strengths and draws.percentile is None:
        inverse = inverse @ _rotate(draws.gate((draws.uniform() * 2 - 1) * math.pi, once))
    if "xfrac" in strengths:
        x, y = draws.normal() * 0.125 * size, draws.normal() * 0.125 * size
        both = draws.gate(torch.ones_like(x), chance("xfrac"))
        inverse = inverse @ _translate(-x * both, -y * both)
    return inverse


def _taps() -> Tensor:
    taps = torch.tensor(SYM6)
    return taps / taps.sum()


@lru_cache(256)
def _upsampling(size: int, before: int, after: int, device: torch.device) -> Tensor:
    """Matrix [2 * (before + size + after), size]: mirror at the ends, then upsample one axis by two.

    Resampling as matrix products: many times faster on a CPU than depthwise convolutions and their
    backward passes.
    """
    padded = F.pad(torch.eye(size)[None], (before, after), mode="reflect")[0]  # [size, padded]
    spread = torch.zeros(size, 2 * padded.shape[1])
    spread[:, ::2] = padded
    half = len(SYM6) // 2
    spread = F.pad(spread, (half, half - 1))
    return F.conv1d(spread[:, None], _taps().flip(0)[None, None] * 2)[:, 0].t().contiguous().to(device)


@lru_cache
def _downsampling(size: int, device: torch.device) -> Tensor:
    """Matrix [size, 2 * size + 4 * SUPPORT]: filter, drop every other sample, crop the margin."""
    wide = torch.eye(2 * size + 4 * SUPPORT)
    crop = 2 * SUPPORT - (len(SYM6) // 2 - 1)  # the margin less the filter's own padding
    return F.conv1d(wide[:, None, crop:-crop], _taps()[None, None], stride=2)[:, 0].t().contiguous().to(device)


def _margin(inverse: Tensor, size: int) -> list[int]:
    """Pixels to add left, right, top, bottom so that no transformed pixel falls outside."""
    c = (size - 1) / 2
    corners = torch.tensor([[-c, -c, 1], [c, -c, 1], [c, c, 1], [-c, c, 1]], device=inverse.device)
    reach = (inverse @ corners.t())[:, :2].transpose(0, 1).flatten(1)  # [x or y, N * corners]
    margin = torch.cat([(-reach).amax(1), reach.amax(1)]) + (2 * SUPPORT - c)
    x0, y0, x1, y1 = margin.clamp(0, size - 1).ceil().int().tolist()
    return [x0, x1, y0, y1]


def transform_geometry(images: Tensor, inverse: Tensor) -> Tensor:
    """Resample square images by maps [N, 3, 3], at twice the resolution, edges mirrored."""
    n, c, size, _ = images.shape
    device = images.device
    x0, x1, y0, y1 = _margin(inverse, size)
    images = _upsampling(size, y0, y1, device) @ images @ _upsampling(size, x0, x1, device).t()

    def shift(x: float, y: float) -> Tensor:
        return _translate(torch.tensor(float(x)), torch.tensor(float(y))).to(inverse)

    def zoom(x: float, y: float) -> Tensor:
        return _scale(torch.tensor(float(x)), torch.tensor(float(y))).to(inverse)

    # from centred pixels of the image to those of the padded one, twice as fine, to [-1, 1]
    inverse = shift((x0 - x1) / 2, (y0 - y1) / 2) @ inverse
    inverse = shift(-0.5, -0.5) @ zoom(2, 2) @ inverse @ zoom(0.5, 0.5) @ shift(0.5, 0.5)
    out = 2 * size + 4 * SUPPORT
    height, width = images.shape[2:]
    inverse = zoom(2 / width, 2 / height) @ inverse @ zoom(out / 2, out / 2)
    sampling = F.affine_grid(inverse[:, :2], [n, c, out, out], align_corners=False)
    images = F.grid_sample(images, sampling, align_corners=False)
    down = _downsampling(size, device)
    return down @ images @ down.t()


def colour(draws: Draws, p: Tensor | float, strengths: Mapping[str, float], channels: int) -> Tensor:
    """Random affine maps [N, 4, 4] of homogeneous RGB."""
    device = draws.rng.device
    identity = torch.eye(4, device=device)
    matrix = identity.expand(draws.n, 4, 4)
    luma = torch.tensor([1.0, 1.0, 1.0, 0.0], device=device) / math.sqrt(3)
    axis = torch.outer(luma, luma)

    def chance(name: str) -> Tensor | float:
        return p * strengths.get(name, 0)

    if "brightness" in strengths:
        b = draws.gate(draws.normal() * 0.2, chance("brightness"))
        lift = torch.zeros(draws.n, 4, 4, device=device)
        lift[:, :3, 3] = b[:, None]
        matrix = (identity + lift) @ matrix
    if "contrast" in strengths:
        s = draws.gate(torch.exp2(draws.normal() * 0.5), chance("contrast"), 1)
        matrix = torch.diag_embed(torch.stack([s, s, s, torch.ones_like(s)], 1)) @ matrix
    if "lumaflip" in strengths:
        flip = draws.gate((draws.uniform() * 2).floor(), chance("lumaflip"))
        matrix = (identity - 2 * axis * flip[:, None, None]) @ matrix
    if "hue" in strengths and channels > 1:
        angle = draws.gate((draws.uniform() * 2 - 1) * math.pi, chance("hue"))[:, None, None]
        a = 1 / math.sqrt(3)
        cross = torch.tensor([[0, -a, a, 0], [a, 0, -a, 0], [-a, a, 0, 0], [0, 0, 0, 0]], device=device)
        keep = axis + torch.diag(torch.tensor([0.0, 0.0, 0.0, 1.0], device=device))
        matrix = (keep + (identity - keep) * angle.cos() + cross * angle.sin()) @ matrix  # Rodrigues
    if "saturation" in strengths and channels > 1:
        s = draws.gate(torch.exp2(draws.normal()), chance("saturation"), 1)[:, None, None]
        matrix = (axis + (identity - axis) * s) @ matrix
    return matrix


def transform_colour(images: Tensor, matrix: Tensor) -> Tensor:
    """Apply [N, 4, 4] colour maps."""
    n, c, h, w = images.shape
    matrix = matrix[:, :3]
    flat = images.reshape(n, c, h * w)
    if c == 1:
        row = matrix.mean(1, keepdim=True)
        flat = flat * row[:, :, :3].sum(2, keepdim=True) + row[:, :, 3:]
    else:
        flat = matrix[:, :, :3] @ flat + matrix[:, :, 3:]
    return flat.reshape(n, c, h, w)


@dataclass(frozen=True)
class Maps:
    """What is done to each of some images: maps of coordinates [N, 3, 3] and of colours [N, 4, 4], or none."""

    geometry: Tensor | None
    colour: Tensor | None

    def of(self, rows: slice) -> "Maps":
        """Those of the images at `rows`."""
        return Maps(*(None if each is None else each[rows] for each in (self.geometry, self.colour)))


def draw_maps(shape: Sequence[int], p: Tensor | float, draws: Draws, strengths: Mapping[str, float] = ALL) -> Maps:
    """Random transformations of images [..., C, H, W], each of probability p * strength."""
    return Maps(
        geometry(draws, p, strengths, shape[-1]) if any(name in strengths for name in GEOMETRIC) else None,
        colour(draws, p, strengths, shape[-3]) if any(name in strengths for name in COLOUR) else None,
    )


def transform(images: Tensor, maps: Maps) -> Tensor:
    """Images [N, C, H, W] after what was drawn for them."""
    if maps.geometry is not None:
        images = transform_geometry(images, maps.geometry)
    if maps.colour is not None:
        images = transform_colour(images, maps.colour)
    return images


def augment(images: Tensor, p: Tensor | float, draws: Draws, strengths: Mapping[str, float] = ALL) -> Tensor:
    """Images after random transformations, each of probability p * strength."""
    return transform(images, draw_maps(images.shape, p, draws, strengths))


@dataclass
class AdaptiveStrength:
    """p, steered so that the mean sign of D on real images stays at a target (sec. 3.2)."""

    target: float
    kimg: float
    p: Tensor = field(default_factory=lambda: torch.zeros([]))
    signs: Tensor = field(default_factory=lambda: torch.zeros(2))  # sum, count since the last change
    interval: int = 4  # steps between changes

    def observe(self, real_logits: Tensor) -> None:
        """Count the signs of D's logits on real images."""
        signs = real_logits.detach().sign()
        self.signs += torch.stack([signs.sum(), torch.ones_like(signs).sum()])

    def adjust(self) -> None:
        """Move p by what the images seen since the last change allow."""
        total, count = self.signs
        step = (total / count - self.target).sign() * count / (self.kimg * 1000) if self.target else 0.0
        self.p = (self.p + step).clamp(0, 1)
        self.signs = torch.zeros_like(self.signs)
