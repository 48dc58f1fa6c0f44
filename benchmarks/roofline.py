"""What this machine gives at most: products of a large convolution and a copy of memory, measured here and now."""

import time
from collections.abc import Callable

import torch
import torch.nn.functional as F

from gan_cocktail.training.trainer import DTYPES

BATCH, CHANNELS, SIDE, KERNEL = 16, 256, 32, 3  # of the convolution, as large layers of these networks are
COPIED = 2**26  # numbers


def seconds(action: Callable[[], object], where: torch.device, at_least: float) -> list[float]:
    """Times of calls, the device's work included, over so many seconds and two calls at least; a first is not told."""
    found: list[float] = []
    action()
    began = time.monotonic()
    while len(found) < 2 or time.monotonic() - began < at_least:
        wait(where)
        start = time.perf_counter()
        action()
        wait(where)
        found.append(time.perf_counter() - start)
    return found


def wait(where: torch.device) -> None:
    """Until a GPU has done what it was given."""
    if where.type == "cuda":
        torch.cuda.synchronize(where)


def roofline(where: torch.device, precisions: list[str], at_least: float = 1.0) -> dict[str, float]:
    """GFLOP/s of a 3x3 convolution by precision, and GB/s read and written by a copy: the best of the calls."""
    found = {}
    for name in precisions:
        like = {"dtype": DTYPES[name], "device": where}
        x = torch.randn(BATCH, CHANNELS, SIDE, SIDE, **like).contiguous(memory_format=torch.channels_last)
        weight = torch.randn(CHANNELS, CHANNELS, KERNEL, KERNEL, **like).contiguous(memory_format=torch.channels_last)
        best = min(seconds(lambda x=x, w=weight: F.conv2d(x, w, padding=1), where, at_least))
        found[f"{name} GFLOP/s"] = 2 * BATCH * SIDE**2 * CHANNELS**2 * KERNEL**2 / best / 1e9
    source = torch.zeros(COPIED, device=where)
    target = torch.empty_like(source)
    best = min(seconds(lambda: target.copy_(source), where, at_least))
    return found | {"copy GB/s": 2 * 4 * COPIED / best / 1e9}
