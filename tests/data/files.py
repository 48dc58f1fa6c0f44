"""Files that people have: PNGs of any depth and transparency, zips in the layout of dataset_tool.py."""

import io
import json
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

KINDS = {1: 0, 2: 4, 3: 2, 4: 6}  # channels: PNG's colour type


def _chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_of(values, depth=8, transparent=None):
    """A PNG of integers [H, W, C], `depth` bits each; transparent: the colour of tRNS."""
    height, width, channels = values.shape
    if depth < 8:
        bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=-1)[..., -depth:]
        rows = np.packbits(bits.reshape(height, -1), axis=1)
    else:
        rows = values.astype(">u2" if depth == 16 else np.uint8).reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    key = b"" if transparent is None else _chunk(b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
    header = struct.pack(">IIBBBBB", width, height, depth, KINDS[channels], 0, 0, 0)
    body = _chunk(b"IHDR", header) + key + _chunk(b"IDAT", zlib.compress(raw)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def encoded(image, kind="PNG", **options):
    """An image of Pillow as a file's content."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def plain(colour="blue", size=(16, 16)):
    """A picture of one colour as PNG."""
    return encoded(Image.new("RGB", size, colour))


def fill(folder, files):
    """Write contents by name, in as many folders as it takes."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


def tool_zip(path, index, n=6, before=""):
    """Images by turns blue (class 0) and red (class 1), and dataset.json: text, or JSON-able."""
    with zipfile.ZipFile(path, "w") as archive:
        for i in range(n):
            archive.writestr(f"{before}00000/img{i:08d}.png", plain("red" if i % 2 else "blue"))
        text = index if isinstance(index, str) else json.dumps(index)
        archive.writestr(f"{before}dataset.json", text)
    return path


def pairs(n=6):
    """The right labels of `tool_zip`."""
    return [[f"00000/img{i:08d}.png", i % 2] for i in range(n)]
