"""The files around the pickles: plain ones, torch's stream of pickles (before 1.6) and torch's zip.

Layouts: torch/serialization.py. A file is mapped into memory, and tensors stay views of it until they are read.
"""

import io
import mmap
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from gan_cocktail.checkpoints.pickles.errors import Unreadable, cut_off, damaged
from gan_cocktail.checkpoints.pickles.machine import Budget, Function, Machine
from gan_cocktail.checkpoints.pickles.objects import PICKLE, TORCH_FILE
from gan_cocktail.checkpoints.pickles.storages import Storage

TORCH_MAGIC = 0x1950A86A20F9469CFC6C
TORCH_PROTOCOL = 1001
ZIP = b"PK\3\4"  # a member begins
LOCAL_HEADER = 30  # bytes of a zip member's header before its name
MAX_DIRECTORY = 4 * 2**20  # bytes of a zip's directory; 470 storages take 42 kB


def read_file(path: Path) -> Any:
    """What was pickled into a file, as plain values and stand-ins; Unreadable says why there is nothing."""
    with path.open("rb") as f:
        data = memoryview(mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ))
    if bytes(data[:4]) == ZIP:
        return _read_zip(data)
    if _is_stream(data):
        return _read_stream(data, Budget(len(data)))
    return _read_pickle(data)


def _read_pickle(data: memoryview) -> Any:
    budget = Budget(len(data))

    def storage(content: Any) -> Any:
        if not isinstance(content, (bytes, memoryview)):
            raise TypeError(type(content))
        found = _read_stream(memoryview(content), budget)
        if not isinstance(found, Storage):
            raise damaged("what should be a storage is something else")
        return found

    load = {("torch.storage", "_load_from_bytes"): Function("torch.storage._load_from_bytes", storage)}
    return Machine(data, 0, PICKLE | load, budget).run()


def _is_stream(data: memoryview) -> bool:
    """Does it begin with torch's magic number, pickled?"""
    return data[0] == 0x80 and data[2:14] == b"\x8a\x0a" + TORCH_MAGIC.to_bytes(10, "little")


def _read_stream(data: memoryview, budget: Budget) -> Any:
    """Five pickles (magic number, protocol, system, value, names of storages), then the storages after their sizes."""
    storages: dict[str, Storage] = {}
    position = 0

    def pickled(allowed: Any = None) -> Any:
        nonlocal position
        machine = Machine(data, position, allowed or {}, budget, lambda key: _storage(storages, key))
        value, position = machine.run(), machine.position
        return value

    if pickled() != TORCH_MAGIC or pickled() != TORCH_PROTOCOL:
        raise damaged("it does not begin as torch's files do")
    system = pickled()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise Unreadable("a file of a big-endian machine; save it again on another")
    value, keys = pickled(TORCH_FILE), pickled()
    if not isinstance(keys, list) or not all(isinstance(k, str) for k in keys) or {*keys} != storages.keys():
        raise damaged("its list of storages does not fit its tensors")
    for key in keys:
        position = _fill(storages[key], data, position)
    return value


def _fill(storage: Storage, data: memoryview, position: int) -> int:
    if position + 8 > len(data):
        raise cut_off(len(data))
    if storage.count != (found := struct.unpack_from("<q", data, position)[0]):
        raise damaged(f"a storage of {storage.count:,} elements has {found:,}")
    storage.fill(data[position + 8 :])
    return position + 8 + storage.count * storage.number.size


def _storage(storages: dict[str, Storage], key: Any) -> Storage:
    """The storage of a persistent id: ('storage', type, key, where it was, count), and in streams a view, None."""
    if not isinstance(key, tuple) or len(key) not in (5, 6) or key[0] != "storage" or key[5:] not in ((), (None,)):
        raise damaged("a storage has no description that we know")
    _, number, name, _, count = key[:5]
    try:
        found = Storage(number, count)
    except TypeError:
        raise damaged("a storage has no type or size that we know") from None
    if not isinstance(name, str):
        raise damaged("a storage has no name")
    known = storages.setdefault(name, found)
    if (known.number, known.count) != (found.number, found.count):
        raise damaged(f"a storage has two sizes, {known.count:,} and {found.count:,} elements")
    return known


class _Zip(io.RawIOBase):
    """Bytes as a file that gives no large pieces: zipfile takes as much as a zip says that its directory has."""

    def __init__(self, data: memoryview):
        self.data, self.position = data, 0

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self.position = max(0, offset + (0, self.position, len(self.data))[whence])
        return self.position

    def tell(self) -> int:
        return self.position

    def read(self, n: int = -1) -> bytes:
        content = self.data[self.position :] if n < 0 else self.data[self.position : self.position + n]
        if len(content) > MAX_DIRECTORY:
            raise Unreadable(f"a zip whose directory is of {len(content):,} bytes, which no checkpoint has")
        self.position += len(content)
        return bytes(content)


def _read_zip(data: memoryview) -> Any:
    """NAME/data.pkl, and the storages NAME/data/KEY."""
    try:
        with zipfile.ZipFile(_Zip(data)) as archive:
            members = {m.filename: m for m in archive.infolist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, struct.error, ValueError, OSError):
        raise Unreadable("a zip that is cut off or damaged: its directory cannot be read; fetch it again") from None
    pickles = [name for name in members if name.count("/") == 1 and name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise Unreadable("a zip, but not one of torch.save: it has no data.pkl; is it a dataset?")
    folder = pickles[0].removesuffix("data.pkl")
    order = members.get(f"{folder}byteorder")
    if order is not None and bytes(_content(data, order)) != b"little":
        raise Unreadable("a file of a big-endian machine; save it again on another")
    storages: dict[str, Storage] = {}
    content = _content(data, members[pickles[0]])
    if zlib.crc32(content) != members[pickles[0]].CRC:
        raise damaged("the checksum of its pickle does not fit")
    value = Machine(content, 0, TORCH_FILE, Budget(len(data)), lambda key: _storage(storages, key)).run()
    for key, storage in storages.items():
        if f"{folder}data/{key}" not in members:
            raise damaged("a tensor's storage is not in the zip")
        member = members[f"{folder}data/{key}"]
        storage.fill(_content(data, member))
        storage.crc = member.CRC if storage.data is not None and len(storage.data) == member.file_size else None
    return value


def _content(data: memoryview, member: zipfile.ZipInfo) -> memoryview:
    """A member's bytes, which torch stores as they are; nothing is unpacked."""
    if member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size or member.flag_bits & 1:
        raise Unreadable("a zip with packed members, which torch does not write; save it again with torch.save")
    start = member.header_offset
    header = data[start : start + LOCAL_HEADER]
    if len(header) < LOCAL_HEADER or bytes(header[:4]) != ZIP:
        raise damaged("a member of the zip is not where its directory says")
    start += LOCAL_HEADER + sum(struct.unpack_from("<HH", header, 26))
    content = data[start : start + member.file_size]
    if len(content) < member.file_size:
        raise cut_off(len(data))
    return content
