"""Images that stay in their files: decoded when they are asked for, by threads, while something else is computed."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

from gan_cocktail.data.decode import Decoded
from gan_cocktail.data.files import File, UnreadableError
from gan_cocktail.errors import CocktailError

A = TypeVar("A")
B = TypeVar("B")


@cache
def decoders() -> ThreadPoolExecutor:
    """The threads that decode: as many as compute. Pillow lets others run while it decodes."""
    return ThreadPoolExecutor(torch.get_num_threads(), "decoding")


def in_order(function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
    """`function` of each item, by the decoding threads, a few ahead of who asks: memory stays flat."""
    ahead: deque[Future[B]] = deque()
    for item in items:
        ahead.append(decoders().submit(function, item))
        if len(ahead) > 2 * torch.get_num_threads():
            yield ahead.popleft().result()
    while ahead:
        yield ahead.popleft().result()


class Streamed:
    """Images of a zip or folder, each decoded anew whenever it is asked for: a sequence, as a tensor [N, C, H, W] is.

    Any thread may ask. opened: what keeps the files open, for as long as this lives. sha256: of all images' bytes, one
    after the other.
    """

    def __init__(
        self, where: str, files: Sequence[File], read: Callable[[File], Decoded], opened: ExitStack, sha256: str
    ):
        self.where, self.files, self.read, self.opened, self.sha256 = where, files, read, opened, sha256

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, index: int) -> Tensor:
        """One uint8 image [C, H, W]; CocktailError if its file is no longer what it was."""
        try:
            image = self.read(self.files[index])
        except UnreadableError as e:
            name = self.files[index].name
            raise CocktailError(
                f"{self.where}: {name}: {e}; it could be read before, so leave images as they are while they are used"
            ) from None
        return torch.from_numpy(image.pixels.transpose(2, 0, 1).copy())

    def split(self, n: int) -> Iterator[Tensor]:
        """All images, n at a time: what `split` of a tensor gives."""
        for start in range(0, len(self), n):
            yield torch.stack([*in_order(self.__getitem__, range(start, min(start + n, len(self))))])
