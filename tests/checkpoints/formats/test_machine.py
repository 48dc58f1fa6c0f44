"""The machine that reads pickles: what it reads, what it refuses, and what it takes for it."""

import collections
import io
import pickle
import struct
import sys
import tracemalloc
import zipfile

import numpy as np
import pytest
import torch

from gan_cocktail.checkpoints.pickles.errors import Unreadable, printable
from gan_cocktail.checkpoints.pickles.files import read_file
from gan_cocktail.checkpoints.pickles.machine import MAX_MARKS
from tests.checkpoints.formats import writers

TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"
LOAD = b"ctorch.storage\n_load_from_bytes\n"


@pytest.fixture
def read(tmp_path):
    """Read bytes as a file."""

    def of(content):
        (tmp_path / "x").write_bytes(content)
        return read_file(tmp_path / "x")

    return of


def refused(read, content, message):
    tracemalloc.start()
    with pytest.raises(Unreadable, match=message):
        read(content)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 200 * 2**20


def text(value):
    return b"\x8c" + bytes([len(value)]) + value.encode()


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        None,
        [True, False, 0, 255, 256, 70000, -1, 2**40, -(2**100), 1.5, "", "x" * 300, "\u00e4\U0001f600"],
        {"a": {"b": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)]}, 3: None},
        collections.OrderedDict(a=1, b=collections.OrderedDict()),
        {"s": {"x", "y"}, "empty": set()},
    ],
)
def test_plain_values_are_as_pickle_reads_them(read, value, protocol):
    assert read(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("dtype", ["<f4", "<f8", ">f4", "<i4", "|u1", "<f2", "|b1"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_and_scalars(read, dtype, order, protocol):
    array = np.asarray(np.arange(24).reshape(2, 3, 4), dtype=dtype, order=order)
    found = read(pickle.dumps({"a": array, "s": array[1, 2, 3]}, protocol))
    assert np.array_equal(found["a"].tensor.read(), array.astype(np.float32))
    assert found["s"] == array[1, 2, 3]


@pytest.mark.parametrize("old", [False, True])
def test_tensors_of_torch_files(read, old):
    base = torch.arange(24.0).reshape(4, 6)
    content = {"t": base.t(), "part": base[1:3, ::2], "half": base.half(), "bf": base.bfloat16(), "n": torch.tensor(7)}
    found = read(writers.torch_file(content, old=old))
    for name, tensor in content.items():
        assert np.array_equal(found[name].read(), tensor.float().numpy())


def test_nothing_outside_the_table_is_reached(read):
    for module, name in [
        ("os", "system"),
        ("builtins", "eval"),
        ("torch", "load"),
        ("numpy", "load"),
        ("torch", "hub"),
    ]:
        refused(read, b"\x80\x02c" + f"{module}\n{name}\n.".encode(), rf"asks for {module}\.{name}")
        refused(read, b"\x80\x04" + text(module) + text(name) + b"\x93.", rf"asks for {module}\.{name}")


def test_names_with_dots_are_no_way_around(read):
    refused(read, b"\x80\x04" + text("numpy") + text("core.multiarray.scalar") + b"\x93.", "asks for numpy.core")
    refused(read, b"\x80\x04" + text("torch._utils") + text("_rebuild_tensor_v2.__globals__") + b"\x93.", "asks for")
    refused(read, b"\x80\x04K\x01" + text("dtype") + b"\x93.", "asks for 1.dtype")


def test_nothing_is_looked_up_in_loaded_modules(read):
    before = set(sys.modules)
    refused(read, b"\x80\x02cantigravity\nfly\n.", "asks for antigravity.fly")
    assert "antigravity" not in set(sys.modules) - before


@pytest.mark.parametrize("opcode", b"ioPIS02d\x92\x82\x83\x84\x91\x96\x97\x98\xff")
def test_opcodes_that_no_checkpoint_has(read, opcode):
    refused(read, b"\x80\x02" + bytes([opcode]) + b"os\nsystem\n.", f"opcode {opcode:#04x} occurs")


@pytest.mark.parametrize("target", [b"cnumpy\ndtype\n", b"}", b"]", b"K\x01", b"cnumpy\nndarray\n", LOAD])
def test_only_stand_ins_take_a_state(read, target):
    refused(read, b"\x80\x02" + target + b"}b.", "stands where a Buildable is filled|asks for")


@pytest.mark.parametrize("code", ["O", "O8", "V8", "U4", "f4,f4", "object", "m8[s]", "f1", "c8", ""])
def test_types_that_are_no_plain_numbers(read, code):
    made = b"\x80\x04" + text("numpy") + text("dtype") + b"\x93" + text(code) + b"\x89\x88\x87R."
    refused(read, made, "numpy.dtype has arguments that it does not take")


def test_calls_of_what_is_no_function(read):
    refused(read, b"\x80\x02cnumpy\nndarray\n)R.", "cannot be called")
    refused(read, b"\x80\x02X\x01\x00\x00\x00x)R.", "cannot be called")
    refused(read, b"\x80\x02" + TENSOR + b"K\x01R.", "cannot be called")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x80\x04B\xff\xff\xff\xff", "cut-off"),
        (b"\x80\x04\x8e" + b"\xff" * 8, "cut-off"),
        (b"\x80\x04\x8d" + struct.pack("<Q", 2**40), "cut-off"),
        (b"\x80\x04\x95" + struct.pack("<Q", 2**60), "cut-off"),
        (b"\x80\x04", "cut-off"),
        (b"\x80\x09N.", "protocol 9"),
        (b"\x80\x04N0.", "opcode"),
        (b"\x80\x04NN.", "left over"),
        (b"\x80\x04.", "left over"),
        (b"\x80\x04h\x07.", "before it was made"),
        (b"\x80\x04u.", "a mark is missing"),
        (b"\x80\x04}(Nu.", "a key has no value"),
        (b"\x80\x04}]Ns.", "a list .* is a key"),
        (b"\x80\x04X\x02\x00\x00\x00\xff\xfe.", "not UTF-8"),
        (b"\x80\x04\x8f(}\x90.", "is a key"),
        (b"\x80\x02Q.", "a value is missing|plain pickle"),
        (b"\x80\x02NQ.", "plain pickle"),
    ],
)
def test_damage_is_told(read, content, message):
    refused(read, content, message)


def test_numbers_that_make_a_dict_slow_are_no_keys(read):
    items = b"".join(b"\x8a\x09" + (i * (2**61 - 1)).to_bytes(9, "little") + b"N" for i in range(1, 2000))
    refused(read, b"\x80\x02}(" + items + b"u.", "is a key")


def test_steps_marks_and_arguments_are_bounded(read):
    refused(read, b"\x80\x02" + b"}" * 600_000 + b".", "more than 500,000 pickle steps")
    refused(read, b"\x80\x02" + b"(" * (MAX_MARKS + 1), "deep")
    long = b"\x80\x04](" + b"N" * 100_000 + b"eq\x00" + b"c__builtin__\nset\nq\x01"
    refused(read, long + b"h\x01h\x00\x85R" * 100 + b".", "arguments that it does not take|steps")
    letters = b"\x80\x04X" + struct.pack("<I", 2**20) + b"x" * 2**20 + b"q\x00"
    encode = b"c_codecs\nencode\nq\x01X\x06\x00\x00\x00latin1q\x02"
    refused(read, letters + encode + b"h\x01h\x00h\x02\x86R" * 1000 + b".", "steps")


def test_deep_values_and_laughs_harm_nobody(read):
    deep = read(b"\x80\x02N" + b"\x85" * 400_000 + b".")
    assert isinstance(deep, tuple)
    doubled = b"".join(b"](h" + bytes([i]) + b"h" + bytes([i]) + b"eq" + bytes([i + 1]) for i in range(60))
    laughs = read(b"\x80\x02(]q\x00" + doubled + b"t.")[-1]  # 2**60 lists, were it written out
    assert len(printable(laughs)) < 100


def storage(content, count=3, kind="FloatStorage"):
    """The bytes of a storage of `count` elements, with the given content."""
    magic = pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2)
    key = b"(X\x07\x00\x00\x00storagectorch\n" + kind.encode() + b"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu\x8a\x08"
    named = b"\x80\x02" + key + struct.pack("<q", count) + b"NtQ."
    return magic + named + pickle.dumps(["0"], 2) + struct.pack("<q", count) + content


def tensor(content, shape, strides, offset=0, **kind):
    """A pickle of one tensor."""
    inner = storage(content, **kind)
    head = b"\x80\x03" + TENSOR + b"(" + LOAD + b"B" + struct.pack("<I", len(inner)) + inner + b"\x85R"
    numbers = b"".join(pickle.dumps(value, 2)[2:-1] for value in (offset, shape, strides))
    return head + numbers + b"\x89ccollections\nOrderedDict\n)RtR."


FLOATS = struct.pack("<3f", 1, 2, 3)


def test_a_tensor_by_hand(read):
    assert read(tensor(FLOATS, (3,), (1,))).read().tolist() == [1, 2, 3]
    assert read(tensor(FLOATS, (2,), (2,))).read().tolist() == [1, 3]
    assert read(tensor(FLOATS, (1,), (1,), 2)).read().tolist() == [3]


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: tensor(FLOATS, (4,), (1,)), "reaches beyond its storage"),
        (lambda: tensor(FLOATS, (2,), (1,), 2), "reaches beyond"),
        (lambda: tensor(FLOATS, (2, 2), (1, 2)), "reaches beyond"),
        (lambda: tensor(FLOATS, (10**12,), (0,)), "which no weight of a checkpoint is"),
        (lambda: tensor(FLOATS, (-1,), (1,)), "does not take"),
        (lambda: tensor(FLOATS, (1,), (-1,)), "does not take"),
        (lambda: tensor(FLOATS, (1,) * 9, (1,) * 9), "does not take"),
        (lambda: tensor(FLOATS, (3,), ()), "does not take"),
        (lambda: tensor(FLOATS, (3,), (1,), count=10**12), "1,000,000,000,000 elements"),
        (lambda: tensor(FLOATS, (3,), (1,), count=-1), "type or size"),
        (lambda: tensor(FLOATS, (3,), (1,), kind="load"), "asks for torch.load"),
        (lambda: b"\x80\x03" + LOAD + b"C\x03abc\x85R.", "a damaged file"),
    ],
)
def test_tensors_that_their_storages_do_not_hold(read, made, message):
    refused(read, made(), message)


def packed(**members):
    """A zip of packed members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(f"m/{name}", content)
    return file.getvalue()


def test_packed_zips_are_not_unpacked(read):
    refused(read, packed(**{"data.pkl": b"\x80\x02N" + b"." * 10**8}), "packed members")


def test_zips_of_something_else(read):
    refused(read, packed(**{"0.png": b"x"}), "not one of torch.save")


def test_a_zip_that_is_cut_off_or_changed(read):
    whole = writers.torch_file({"t": torch.arange(1000.0)})
    refused(read, whole[: len(whole) // 2], "directory cannot be read")
    at = whole.index(struct.pack("<f", 500.0))
    changed = whole[:at] + b"\1" + whole[at + 1 :]
    with pytest.raises(Unreadable, match="checksum"):
        read(changed)["t"].read()


def test_a_zip_with_an_endless_directory(read):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as z:
        for i in range(50_000):
            z.writestr(f"{'d' * 100}{i}", b"")
    refused(read, file.getvalue(), "a zip whose directory is of")
