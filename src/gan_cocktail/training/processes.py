"""One training in several processes, as torchrun starts them: what they share, and what each does alone.

Each draws the random numbers of the whole batch and takes its own rows of them: what is computed does not depend on
how many processes there are, but for the order in which floats are added.
"""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from math import lcm
from types import FrameType

import torch
import torch.distributed as dist
from torch import Tensor

from gan_cocktail.errors import CocktailError

RANK, SIZE = "RANK", "WORLD_SIZE"  # torchrun's
PATIENCE = timedelta(minutes=10)  # for the slowest process: the first one also draws samples and saves


@dataclass(frozen=True)
class Processes:
    """This process, number `rank` of `size`; by default it is alone, and nothing here does anything."""

    rank: int = 0
    size: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes files."""
        return self.rank == 0

    @property
    def mine(self) -> slice:
        """This process's rows of what is drawn for a batch.

        Every `size`-th: members of a minibatch-stddev group are (groups) apart, so they stay together if `size`
        divides the number of groups, and the groups of these rows are those of the batch.
        """
        return slice(self.rank, None, self.size)

    def check(self, batch: int, group: int, halves: bool) -> None:
        """CocktailError unless each process gets as many whole groups; halves: as many of half a batch, too."""
        if batch % (whole := self.size * (lcm(group, 2) if halves else group)):
            raise CocktailError(
                f"training.batch_size is {batch}, which {self.size} processes cannot share: expected a multiple of "
                f"{whole}, whole groups of {group} for each; change one or the other"
            )

    def mean_(self, tensor: Tensor) -> Tensor:
        """Set a tensor to its mean over the processes, and return it."""
        if self.size > 1:
            with _together():
                dist.all_reduce(tensor)
            tensor /= self.size
        return tensor

    def means(self, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Scalars, each as its mean over the processes."""
        if self.size == 1 or not values:
            return dict(values)
        all_means = self.mean_(torch.stack([value.float().cpu() for value in values.values()]))
        return dict(zip(values, all_means, strict=True))

    def all_rows(self, tensor: Tensor) -> Tensor:
        """What each process has, one after another, along the first dimension."""
        if self.size == 1:
            return tensor
        parts = [torch.empty_like(tensor) for _ in range(self.size)]
        with _together():
            dist.all_gather(parts, tensor.contiguous())
        return torch.cat(parts)

    def any(self, here: bool) -> bool:
        """Whether it is so in any process; each waits for the others."""
        return bool(self.mean_(torch.tensor(float(here)))) if self.size > 1 else here


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """The processes that torchrun started, connected (by NCCL between GPUs, by Gloo else), or this one alone."""
    size = int(os.environ.get(SIZE, "1"))
    if size == 1:
        yield Processes()
        return
    with _together():
        dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo", timeout=PATIENCE)
    try:
        yield Processes(dist.get_rank(), size)
    finally:
        dist.destroy_process_group()


@contextmanager
def _together() -> Iterator[None]:
    """Say in a sentence what an exchange that failed means."""
    try:
        yield
    except RuntimeError as e:
        reason = str(e).strip().splitlines()[0]
        raise CocktailError(
            f"process {os.environ.get(RANK)} of this training: expected an answer of the others, found that one "
            f"has ended or is out of reach ({reason}); see what it said, and run it again to continue"
        ) from None


@contextmanager
def stop_requests() -> Iterator[list[int]]:
    """Collect SIGINT and SIGTERM instead of dying in the middle of a step."""
    caught: list[int] = []

    def remember(number: int, frame: FrameType | None) -> None:
        caught.append(number)

    before = {s: signal.signal(s, remember) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for s, handler in before.items():
            signal.signal(s, handler)
