"""What a file is, by its bytes and not by its name: for messages about files that are not what was expected.

Nothing is unpickled, unpacked or decoded.
"""

import io
import json
import zipfile
from pathlib import Path
from typing import BinaryIO

HEAD = 4096  # bytes that tell most kinds
LONGEST_HEADER = 100_000_000  # of a safetensors file, as its library allows
MAGIC = {  # longest first where one begins like another
    b"version https://git-lfs": "a Git LFS pointer (run git lfs pull)",
    b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.": "a PyTorch pickle",
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"II*\0": "a TIFF image",
    b"MM\0*": "a TIFF image",
    b"\x89HDF\r\n\x1a\n": "an HDF5 file",
    b"\x93NUMPY": "a NumPy array",
    b"\x1f\x8b": "a gzip archive",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"Rar!": "a RAR archive",
    b"%PDF": "a PDF",
    b"\0\5\x16\7": "a resource fork of macOS",
} | {bytes([0x80, protocol]): "a pickle" for protocol in range(1, 6)}
WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body")
ZIP = b"PK\3\4"
PICKLES = ("a pickle", "a PyTorch pickle", "a PyTorch zip (a pickle inside)")


def recognise(path: Path) -> str:
    """What a file is, as words that follow "found": "a Git LFS pointer (run git lfs pull)", "an empty file".

    Of safetensors files it tells those that are cut off, and those whose tensors are of something else.
    """
    if path.is_dir():
        return "a folder"
    with path.open("rb") as f:
        return kind_of(f)


def kind_of(f: BinaryIO) -> str:
    """The same of an open file, from its beginning."""
    f.seek(0)
    head = f.read(HEAD)
    size = f.seek(0, io.SEEK_END)
    if not head:
        return "an empty file"
    if head[8:9] == b"{" and (found := _safetensors(f, size)):  # first: a header's length may look like a pickle
        return found
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        return _zip(f)
    if not head.strip(b"\0"):
        return "a file of zeros (a download that failed?)"
    return _text(head) or "a file of an unknown kind"


def is_pickle(kind: str) -> bool:
    """Whether what `recognise` told is a pickle, bare or in a zip."""
    return kind in PICKLES


def _zip(f: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(f) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return "a cut-off zip (fetch it again)"
    return PICKLES[2] if any(name.endswith("data.pkl") for name in names) else "a zip"


def _safetensors(f: BinaryIO, size: int) -> str:
    """What a file that begins like a safetensors file is; nothing if it is none.

    Layout: the header's length in 8 bytes, the header as JSON, and tensors at the offsets that it tells.
    """
    f.seek(0)
    length = int.from_bytes(f.read(8), "little")
    if not 2 <= length <= LONGEST_HEADER:
        return ""
    if size < 8 + length:
        return _cut_off(size, None)
    try:
        header = json.loads(f.read(length))
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return "a broken safetensors file (its header cannot be read)"
    expected = 8 + length + max(ends, default=0)
    if size < expected:
        return _cut_off(size, expected)
    if size > expected:
        return f"a broken safetensors file ({size - expected:,} bytes more than its header tells of)"
    return "a safetensors file of something else"


def _cut_off(size: int, expected: int | None) -> str:
    of = f" of {expected:,}" if expected else ""
    return f"a cut-off safetensors file ({size:,}{of} bytes; fetch it again)"


def _text(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith(WEB_PAGES) or (start.startswith((b"<?xml", b"<!--")) and b"<html" in start):
        return "a web page (fetch the file itself)"
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as e:
        text = "" if e.start < len(head) - 4 else head[: e.start].decode("utf-8")
    return "a text file" if text and not any(c < " " and c not in "\t\n\r\f" for c in text) else ""
