"""A video of a walk through W: from class to class, from seed to seed."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import imageio.v3 as iio
import torch
from torch import Tensor

from gan_cocktail.applications.drawing import BATCH
from gan_cocktail.data.images import to_uint8
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic
from gan_cocktail.networks.generator import Generator

SUFFIXES = (".mp4", ".gif")
SMALLEST = 256  # pixels a side of a video: players smooth smaller ones


def stops(by_class: Sequence[Tensor]) -> Tensor:
    """One w a stop [S, w_dim], of w [N, w_dim] of each class: to and fro between the classes, a seed at a time.

    Consecutive stops differ in the class or in the seed, never in both.
    """
    there, back = list(by_class), list(by_class)[::-1]
    return torch.stack([w[n] for n in range(len(there[0])) for w in (back if n % 2 else there)])


def walk(through: Tensor, frames: int) -> Tensor:
    """A closed way [S * frames, w_dim] through stops [S, w_dim], smooth in time: slow at each stop, fast between."""
    t = torch.arange(frames, device=through.device) / frames
    eased = (t * t * (3 - 2 * t)).view(-1, *[1] * (through.ndim - 1))
    closed = torch.cat([through, through[:1]])
    return torch.cat([a.lerp(b, eased) for a, b in pairwise(closed)])


@torch.no_grad()
def write_video(G: Generator, ws: Tensor, path: Path, fps: int) -> None:
    """Write an MP4 or GIF of ws [F, w_dim], all with the model's stored noise; CocktailError for another suffix."""
    if path.suffix not in SUFFIXES:
        raise CocktailError(f"{path}: expected {' or '.join(SUFFIXES)}")
    frames = torch.cat([to_uint8(G.synthesis(part, "const")).cpu() for part in ws.split(BATCH)])
    scale = max(1, -(-SMALLEST // frames.shape[2]))
    large = frames.repeat_interleave(scale, 2).repeat_interleave(scale, 3).expand(-1, 3, -1, -1)
    pixels = large.permute(0, 2, 3, 1).numpy()
    with atomic(path) as temporary:
        if path.suffix == ".gif":
            iio.imwrite(temporary, pixels, duration=1000 / fps, loop=0)
        else:
            iio.imwrite(temporary, pixels, fps=fps, macro_block_size=2)
