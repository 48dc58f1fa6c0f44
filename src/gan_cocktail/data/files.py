"""The image files of a dataset, a folder or a zip: which are images, what is left out, what cannot be right."""

import io
import os
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import is_hidden, require
from gan_cocktail.recognise import recognise

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".tif", ".tiff", ".gif", ".avif", ".jp2", ".pgm", ".ppm",
)  # fmt: skip
INDEX = "dataset.json"  # labels, in the layout of StyleGAN's dataset_tool.py
NAMED = 3  # names that a sentence has room for
MEMBER_BYTES = 2**30  # most of one image in a zip, unpacked


class UnreadableError(Exception):
    """Why a file cannot be read, to follow its name."""


@dataclass(frozen=True)
class File:
    """One file of a dataset: its name there, with slashes, and how it is opened."""

    name: str
    opener: Callable[[], BinaryIO]

    def open(self) -> BinaryIO:
        """The file to read from; UnreadableError says why it cannot be opened, or unpacked."""
        try:
            return self.opener()
        except OSError as e:
            raise UnreadableError(e.strerror or str(e)) from None
        except (zipfile.BadZipFile, zlib.error, EOFError) as e:
            raise UnreadableError(f"damaged in the zip ({e})") from None
        except (RuntimeError, NotImplementedError) as e:  # a password, a compression that Python has not
            raise UnreadableError(f"cannot be unpacked ({e}); unpack the zip and give the folder") from None


@dataclass
class Files:
    """What is in a dataset: images in the order of names, what is wrong already, and what is left out."""

    images: list[File] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)  # name and reason
    hidden: int = 0
    others: list[str] = field(default_factory=list)  # names of files that are no images
    index: File | None = None  # the labels

    def add(self, file: File, wrong: str = "") -> None:
        """Sort a file in by its name; `wrong`: why it cannot be read, should it be an image."""
        path = PurePosixPath(file.name)
        if is_hidden(path):
            self.hidden += 1
        elif path.name == INDEX:
            self._add_index(file)
        elif path.suffix.lower() not in SUFFIXES:
            self.others.append(file.name)
        elif wrong:
            self.bad.append((file.name, wrong))
        else:
            self.images.append(file)

    def _add_index(self, file: File) -> None:
        """The outermost index counts: a zip of a folder has the folder's name before all others."""
        first, *others = sorted([file, *([self.index] if self.index else [])], key=lambda f: f.name.count("/"))
        self.index = first
        self.others += [other.name for other in others]


def some(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def is_dataset(path: Path) -> bool:
    """Whether a path is a folder or a zip, complete or not, and not a checkpoint in torch's zip."""
    return recognise(require(path)).startswith(("a folder", "a zip", "a cut-off zip"))


def check_outside(datasets: Iterable[Path], *written: Path) -> None:
    """Raise CocktailError if a training writes into a folder of images that it reads: it would find its own there."""
    for folder in datasets:
        for path in written:
            if folder.is_dir() and path.resolve().is_relative_to(folder.resolve()):
                raise CocktailError(
                    f"--out: expected a place outside of {folder}, whose images are read, found {path}; write "
                    "elsewhere, or the training's own samples count among the images when it is continued"
                )


@contextmanager
def files_of(path: Path) -> Iterator[Files]:
    """The files of a folder (all levels) or a zip, to be opened while the context lasts.

    Nothing is unpacked to the disk, so names such as ../x.png do no harm. Raises CocktailError if it is neither.
    """
    if require(path).is_dir():
        yield _folder(path)
        return
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError):
        raise CocktailError(f"{path}: expected a zip or a folder of images, found {recognise(path)}") from None
    with archive:
        yield _zip(archive)


def _folder(path: Path) -> Files:
    def refuse(error: OSError) -> None:
        raise CocktailError(f"{error.filename}: cannot be listed ({error.strerror}); mend its permissions")

    found, files = Files(), []
    for top, folders, names in os.walk(path, onerror=refuse):
        files += [Path(top, name) for name in names]
        links = [Path(top, name) for name in folders if Path(top, name).is_symlink()]
        found.others += [f"{link.relative_to(path).as_posix()} (a link to a folder)" for link in links]
    for file in sorted(files):
        wrong = "" if file.is_file() else "a link to nothing" if file.is_symlink() else "not a file"
        found.add(File(file.relative_to(path).as_posix(), partial(io.FileIO, file)), wrong)
    return found


def _zip(archive: zipfile.ZipFile) -> Files:
    found, lock = Files(), Lock()
    members = {member.filename: member for member in archive.infolist() if not member.is_dir()}
    times = Counter(archive.namelist())
    for name in sorted(members):
        opened = partial(_unpack, archive, members[name], lock)
        found.add(File(name.replace("\\", "/"), opened), _wrong(members[name], times[name]))
    return found


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, lock: Lock) -> BinaryIO:
    with lock:  # an open zip counts its readers, and not safely
        return io.BytesIO(archive.read(member))


def _wrong(member: zipfile.ZipInfo, times: int) -> str:
    """Why a member of a zip cannot be read, as far as the zip's directory tells."""
    if times > 1:
        return f"stands {times} times in the zip"
    if member.flag_bits & 1:
        return "encrypted; unpack the zip and give the folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link, not a file"
    if member.file_size > MEMBER_BYTES:
        return f"{member.file_size:,} bytes, more than {MEMBER_BYTES:,}"
    return ""
