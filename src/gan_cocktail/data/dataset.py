"""A whole dataset, in memory or in its files, and a sentence that says what was read and what became of it."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan_cocktail.data.decode import Decoded, decode
from gan_cocktail.data.files import NAMED, SUFFIXES, File, Files, UnreadableError, files_of, some
from gan_cocktail.data.labels import Labels, labels_of
from gan_cocktail.data.streamed import Streamed, in_order
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.reading import ReadingParams

HELD = 2**30
"""Bytes of decoded images that a training keeps in memory: 50,000 of 64x64, 5,000 of 256x256. Of more, each image is
decoded whenever it is shown, which takes milliseconds: nothing beside a step of networks of such sizes."""


@dataclass
class Read:
    """What was read of a dataset, in numbers of images."""

    resolution: int
    reading: ReadingParams
    n_images: int = 0
    label: str = ""  # which class they are of, if one was chosen; or that there are labels that were not used
    not_square: Counter[str] = field(default_factory=Counter)  # sizes of those that were cropped or padded
    reduced: Counter[str] = field(default_factory=Counter)  # sizes of those that were then larger than the network's
    enlarged: Counter[str] = field(default_factory=Counter)  # or smaller
    transparent: int = 0
    several_frames: int = 0
    hidden: int = 0
    others: Sequence[str] = ()  # files that are no images
    peaks: list[int] = field(default_factory=list)  # highest values of files whose depth is taken on trust

    def count(self, image: Decoded) -> None:
        """Take one more image into account."""
        self.n_images += 1
        width, height = image.size
        if width != height:
            self.not_square[f"{width}x{height}"] += 1
        if image.side != self.resolution:
            resized = self.reduced if image.side > self.resolution else self.enlarged
            resized[f"{image.side}x{image.side}"] += 1
        self.transparent += image.transparent
        self.several_frames += image.frames > 1
        if image.peak is not None:
            self.peaks.append(image.peak)

    def sentence(self, name: str) -> str:
        """All of it in one line: "40 images of NAME; 40 of 40 images cropped from 64x128; 1 file left out (hidden)"."""
        cropped = "cropped" if self.reading.fit == "crop" else f"padded with {self.reading.background}"
        at = "" if self.reading.anchor == "centre" else f" ({self.reading.anchor})"
        to = f"to {self.resolution}x{self.resolution}"
        counted = {
            f"{cropped}{at} from {_sizes(self.not_square)}": self.not_square.total(),
            f"reduced from {_sizes(self.reduced)} {to}": self.reduced.total(),
            f"enlarged from {_sizes(self.enlarged)} {to}": self.enlarged.total(),
            f"of 16 bits, read as {self.reading.bits or 16}": len(self.peaks),
            f"transparent, laid over {self.reading.background}": self.transparent,
            "of several frames, of which the first was read": self.several_frames,
        }
        parts = [f"{_plural(self.n_images, 'image')} of {name}", self.label]
        parts += [f"{n:,} of {_plural(self.n_images, 'image')} {what}" for what, n in counted.items() if n]
        return "; ".join(part for part in [*parts, self._left_out()] if part)

    def _left_out(self) -> str:
        if not (total := self.hidden + len(self.others)):
            return ""
        reasons = [f"{self.hidden:,} hidden"] if self.hidden else []
        if self.others:
            reasons.append(f"{len(self.others):,} not an image: {some(self.others)}")
        return f"{_plural(total, 'file')} left out ({', '.join(reasons)})"

    def facts(self, name: str) -> dict[str, Any]:
        """The same for an artifact's info."""
        left_out = self.hidden + len(self.others)
        facts = {"n_images": self.n_images, "left_out": left_out, "reading": self.reading}
        return {"sentence": self.sentence(name)} | facts


@dataclass(frozen=True)
class Dataset:
    """uint8 images [N, C, H, W] in the order of names, their labels, and what was read."""

    images: Tensor | Streamed
    labels: Labels | None
    read: Read

    @property
    def sha256(self) -> str:
        """Hex digest of all images' bytes, the same whether they are in memory or not."""
        if isinstance(self.images, Streamed):
            return self.images.sha256
        return hashlib.sha256(self.images.numpy().data).hexdigest()


def _plural(n: int, what: str) -> str:
    return f"{n:,} {what}{'s' * (n != 1)}"


def _sizes(sizes: Counter[str]) -> str:
    if len(sizes) < 2:
        return "".join(sizes)
    rest = len(sizes) - NAMED
    named = ", ".join(f"{size} ({n:,})" for size, n in sizes.most_common(NAMED))
    return named + (f" and {_plural(rest, 'other size')}" if rest > 0 else "")


def read_dataset(
    path: Path,
    resolution: int,
    channels: int,
    reading: ReadingParams | None = None,
    *,
    enlarge: bool = False,
    held: int = HELD,
) -> Dataset:
    """All images of a zip or folder, or those of one class, as `reading` says; every one is looked at.

    enlarge: whether smaller images are enlarged: right for images that a smaller source drew, wrong for real ones.
    held: the most bytes of images that are kept in memory; of more, they stay in their files.
    Raises CocktailError, with every file that cannot be read and why, or if there is none.
    """
    reading = reading or ReadingParams()
    with ExitStack() as opened:
        files = opened.enter_context(files_of(path))
        read = Read(resolution, reading, hidden=files.hidden, others=files.others)
        if not files.images and not files.bad:
            left = read._left_out()
            raise CocktailError(
                f"{path}: no images in it; expected files ending in {', '.join(SUFFIXES)}{left and f', found {left}'}"
            )
        labels = labels_of(files, str(path))
        chosen, labels, read.label = _chosen(files, labels, reading, str(path))
        size = len(chosen), channels, resolution, resolution
        kept: _Held | _Passed = _Held(size) if np.prod(size, dtype=int) <= held else _Passed()
        reader = _Reader(channels, read, enlarge)
        _look(path, chosen, files.bad, reader, kept)
        if not reading.bits:
            _check_depth(path, read.peaks)
        if isinstance(kept, _Held):
            return Dataset(torch.from_numpy(kept.pixels), labels, read)
        streamed = Streamed(str(path), chosen, reader, opened.pop_all(), kept.digest.hexdigest())
        return Dataset(streamed, labels, read)


def _chosen(
    files: Files, labels: Labels | None, reading: ReadingParams, where: str
) -> tuple[Sequence[File], Labels | None, str]:
    """The files to read, their labels, and what is to be said of the labels."""
    if reading.label is None:
        many = f"{len(set(labels.indices))} classes; `label` chooses one" if labels and labels.indices else "vectors"
        return files.images, labels, f"its labels are not used ({many})" if labels else ""
    if labels is None:
        raise CocktailError(f"{where}: no labels in it (dataset.json), so `label: {reading.label}` chooses nothing")
    index = labels.find(reading.label, where)
    own = [file for file, label in zip(files.images, labels.indices or (), strict=True) if label == index]
    name = f", {labels.classes[index]}" if labels.classes else ""
    said = f"those of class {index}{name} alone, of {len(files.images):,}"
    return own, Labels([index] * len(own), labels.classes), said


@dataclass(frozen=True)
class _Reader:
    """How each file of a dataset becomes an image."""

    channels: int
    read: Read
    enlarge: bool

    def __call__(self, file: File) -> Decoded:
        """The image, or UnreadableError."""
        with file.open() as opened:
            return decode(opened, self.read.resolution, self.channels, self.read.reading, enlarge=self.enlarge)

    def attempt(self, file: File) -> Decoded | UnreadableError:
        """The image, or why there is none."""
        try:
            return self(file)
        except UnreadableError as e:
            return e


class _Held:
    """Every image in its place in one array [N, C, H, W]."""

    def __init__(self, size: tuple[int, ...]):
        self.pixels = np.empty(size, np.uint8)

    def take(self, index: int, image: Decoded) -> None:
        self.pixels[index] = image.pixels.transpose(2, 0, 1)


class _Passed:
    """No image, but what all of them hash to."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()

    def take(self, index: int, image: Decoded) -> None:
        self.digest.update(image.pixels.transpose(2, 0, 1).tobytes())


def _look(
    path: Path, images: Sequence[File], bad: Sequence[tuple[str, str]], reader: _Reader, kept: _Held | _Passed
) -> None:
    """Read every file once, count it, and give it to who keeps it; CocktailError with all that cannot be read."""
    problems = dict(bad)
    for i, image in enumerate(in_order(reader.attempt, images)):
        if isinstance(image, UnreadableError):
            problems[images[i].name] = str(image)
            continue
        reader.read.count(image)
        kept.take(i, image)
    if problems:
        raise CocktailError(_listed(path, problems, len(images) + len(bad)))


def _listed(path: Path, problems: Mapping[str, str], total: int) -> str:
    lines = "".join(f"\n  {name}: {why}" for name, why in sorted(problems.items()))
    return f"{path}: {len(problems):,} of {_plural(total, 'image')} cannot be read; replace or remove them:{lines}"


def _check_depth(path: Path, peaks: Sequence[int]) -> None:
    """Files of 16 bits often hold 10 or 12: if no value of the whole set is in the upper half, only people know."""
    if peaks and max(peaks) < 2**15:
        bits = max(8, max(peaks).bit_length())
        raise CocktailError(
            f"{path}: {_plural(len(peaks), 'image')} of 16 bits, but no value above {max(peaks):,} of 65,535, so their "
            f"range is not known: set `bits` in the source's `reading` ({bits} is 0 to {2**bits - 1:,}; 16 if they are "
            "that dark)"
        )
