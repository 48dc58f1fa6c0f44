"""Tensors as files of other programs hold them: descriptions of views into the file, read when they are asked for."""

import math
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gan_cocktail.checkpoints.pickles.errors import Unreadable, damaged

STORAGES = {  # torch's storage classes, as NumPy's types; bfloat16 has none and is read as a half of float32
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "|i1",
    "ByteStorage": "|u1",
    "BoolStorage": "|b1",
}
NUMBERS = re.compile(r"[<>|=]?([fiub][1248])")  # NumPy's types of plain numbers: no objects, structures or text
MAX_DIMENSIONS = 8


@dataclass(frozen=True)
class Number:
    """The type of a storage's or an array's elements: its NumPy code, or `bfloat16`."""

    code: str

    @property
    def size(self) -> int:
        """Bytes an element."""
        return 2 if self.code == "bfloat16" else np.dtype(self.code).itemsize

    def values(self, data: memoryview) -> np.ndarray[Any, Any]:
        """The elements that are in `data`, without a copy where NumPy knows the type."""
        if self.code == "bfloat16":
            return (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        return np.frombuffer(data, self.code)


def number(code: str) -> Number:
    """The type of a NumPy code such as '<f4'; ValueError for everything that is no plain number."""
    if not NUMBERS.fullmatch(code) or code[-2:] in ("f1", "b2", "b4", "b8"):
        raise ValueError(code)
    return Number(code)


@dataclass
class Storage:
    """`count` elements of a type; `data` may be found later than the storage is named.

    crc: of all its bytes, where the container tells it; checked when they are read.
    """

    number: Number
    count: int
    data: memoryview | None = None
    crc: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.number, Number) or not _natural(self.count):
            raise TypeError(type(self.count))

    def fill(self, data: memoryview) -> None:
        """Give it its bytes, of which there may be more than it needs (alignment)."""
        wanted = self.count * self.number.size
        if len(data) < wanted:
            raise Unreadable(
                f"a storage says that it has {self.count:,} elements ({wanted:,} bytes), but {len(data):,} bytes are "
                "there: cut off, or made to take memory; fetch it again"
            )
        self.data = data[:wanted]

    def values(self, start: int, end: int) -> np.ndarray[Any, Any]:
        """The elements from start to end."""
        if self.data is None:
            raise damaged("a tensor's storage is not in it")
        if self.crc is not None and zlib.crc32(self.data) != self.crc:
            raise damaged("the checksum of a tensor does not fit")
        self.crc = None  # once is enough
        return self.number.values(self.data[start * self.number.size : end * self.number.size])


@dataclass(frozen=True)
class TensorView:
    """A tensor: sizes and strides, in elements, of a storage."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.shape) != len(self.strides) or len(self.shape) > MAX_DIMENSIONS:
            raise ValueError(len(self.shape))
        sizes = [self.offset, *self.shape, *self.strides]
        if not isinstance(self.storage, Storage) or not all(_natural(n) for n in sizes):
            raise TypeError(type(self.storage))
        if 0 not in self.shape and self.end > self.storage.count:
            raise Unreadable(
                f"a tensor of shape {self.shape} reaches beyond its storage of {self.storage.count:,} elements: "
                "a damaged file; fetch it again"
            )
        if math.prod(self.shape) > self.storage.count:
            raise Unreadable(
                f"a tensor of shape {self.shape} is made of a storage of {self.storage.count:,} elements, which no "
                "weight of a checkpoint is"
            )

    @property
    def end(self) -> int:
        """The first element of the storage that is behind all of the tensor's."""
        return self.offset + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True)) + 1

    @property
    def size(self) -> int:
        """Bytes that its elements take in the file."""
        return math.prod(self.shape) * self.storage.number.size

    def permute(self, *axes: int) -> "TensorView":
        """With the axes in another order."""
        return replace(self, shape=tuple(self.shape[i] for i in axes), strides=tuple(self.strides[i] for i in axes))

    def drop(self, *axes: int) -> "TensorView":
        """Without the given axes, where they are of size one."""
        kept = [i for i, n in enumerate(self.shape) if i not in axes or n != 1]
        return self.permute(*kept)

    def read(self) -> np.ndarray[Any, Any]:
        """The tensor, a contiguous copy in float32."""
        flat = self.storage.values(self.offset, self.end)
        strides = [stride * flat.itemsize for stride in self.strides]
        view = np.lib.stride_tricks.as_strided(flat, self.shape, strides, writeable=False)
        with np.errstate(all="ignore"):  # what is beyond float32 becomes infinite, and is refused with its name
            return np.array(view, np.float32, order="C", copy=True)


def array_tensor(data: Any, shape: Sequence[int], kind: Number, *, fortran: bool) -> TensorView:
    """A NumPy array's bytes as a tensor; TypeError or ValueError if they do not fit."""
    if not isinstance(data, (bytes, memoryview)) or not all(_natural(n) for n in shape[: MAX_DIMENSIONS + 1]):
        raise TypeError(type(data))
    if len(shape) > MAX_DIMENSIONS:
        raise ValueError(len(shape))
    count, view = math.prod(shape), memoryview(data)
    if len(view) != count * kind.size:
        raise ValueError(shape)
    strides = [math.prod(shape[:i]) if fortran else math.prod(shape[i + 1 :]) for i in range(len(shape))]
    return TensorView(Storage(kind, count, view), 0, tuple(shape), tuple(strides))


def _natural(n: Any) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and 0 <= n < 2**62
