"""Files that are not what was expected are told apart by their bytes, and nothing in them is run."""

import io
import json
import os
import pickle
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from gan_cocktail.checkpoints.model import load
from gan_cocktail.checkpoints.model import save as save_model
from gan_cocktail.errors import CocktailError
from gan_cocktail.recognise import kind_of, recognise

PLAIN = save({"convs.0.weight": torch.zeros(64, 64)})


class Evil:
    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def torch_zip(path, content):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", content)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "an empty file"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "a Git LFS pointer"),
        (b"\n<!DOCTYPE html><html>Sign in</html>", "a web page"),
        (b"\xef\xbb\xbf<HTML>404</HTML>", "a web page"),
        (b'<?xml version="1.0"?><html xmlns="x">', "a web page"),
        (pickle.dumps({"G_ema": 1}), "a pickle"),
        (pickle.dumps({"G_ema": 1}, protocol=2), "a pickle"),
        (PLAIN, "a safetensors file of something else"),
        (PLAIN[:-1], "a cut-off safetensors file"),
        (PLAIN[:40], "a cut-off safetensors file"),
        (PLAIN + b"x", "a broken safetensors file"),
        (b"\x08" + bytes(7) + b"{broken}", "a broken safetensors file"),
        (b"\x89PNG\r\n\x1a\nrest", "a PNG image"),
        (bytes(4096), "a file of zeros"),
        (b'{"message": "Not found"}', "a text file"),
        ("Zugriff verweigert: für".encode(), "a text file"),
        (b"\x07\x01\x02 who knows", "a file of an unknown kind"),
    ],
)
def test_kinds(content, expected, tmp_path):
    (tmp_path / "x.safetensors").write_bytes(content)
    assert recognise(tmp_path / "x.safetensors").startswith(expected)
    assert kind_of(io.BytesIO(content)).startswith(expected)


def test_zips_and_folders(tmp_path):
    torch_zip(tmp_path / "a.pt", b"x")
    assert recognise(tmp_path / "a.pt") == "a PyTorch zip (a pickle inside)"
    (tmp_path / "half.pt").write_bytes((tmp_path / "a.pt").read_bytes()[:60])
    assert recognise(tmp_path / "half.pt").startswith("a cut-off zip")
    assert recognise(tmp_path) == "a folder"


@pytest.mark.parametrize("protocol", range(1, 6))
def test_a_header_s_length_that_looks_like_a_pickle_makes_no_pickle_of_it(protocol, tmp_path):
    """Its first bytes are then 0x80 and a pickle's protocol."""
    length = 0x80 + 256 * protocol
    header = json.dumps({"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}}).ljust(length).encode()
    content = length.to_bytes(8, "little") + header + bytes(4)
    assert content[:2] == bytes([0x80, protocol])
    path = tmp_path / "x.safetensors"
    for n, expected in ((len(content), "a safetensors file of"), (len(content) - 1, "a cut-off"), (99, "a cut-off")):
        path.write_bytes(content[:n])
        assert recognise(path).startswith(expected)
        with pytest.raises(CocktailError, match=r"expected a model, found a (cut-off )?safetensors file"):
            load(path)


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=60) | st.binary(max_size=20).map(lambda x: len(x).to_bytes(8, "little") + b"{" + x))
def test_any_bytes_are_something(content):
    assert kind_of(io.BytesIO(content))


@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.999])
def test_a_cut_off_model_is_no_pickle(tiny, share, tmp_path):
    save_model(tiny, tmp_path / "m.safetensors")
    whole = (tmp_path / "m.safetensors").read_bytes()
    (tmp_path / "m.safetensors").write_bytes(whole[: max(40, int(share * len(whole)))])
    with pytest.raises(CocktailError, match="expected a model, found a cut-off") as e:
        load(tmp_path / "m.safetensors")
    assert "pickle" not in str(e.value)


def test_pickles_are_named_and_not_run(tmp_path):
    mark = tmp_path / "EXECUTED"
    (tmp_path / "a.pkl").write_bytes(pickle.dumps({"G_ema": Evil(mark)}))
    torch_zip(tmp_path / "b.pt", pickle.dumps({"g_ema": Evil(mark)}))
    for name in ("a.pkl", "b.pt"):
        with pytest.raises(CocktailError, match="nothing of it was run: it asks for"):
            load(tmp_path / name)
    assert not mark.exists()


def test_other_weights_and_folders_are_no_model(tmp_path):
    (tmp_path / "other.safetensors").write_bytes(PLAIN)
    with pytest.raises(CocktailError, match="this project did not write"):
        load(tmp_path / "other.safetensors")
    with pytest.raises(CocktailError, match="found a folder"):
        load(tmp_path)
    (tmp_path / "ours.safetensors").write_bytes(save({"a": torch.zeros(1)}, {"gan_cocktail": json.dumps({"info": {}})}))
    with pytest.raises(CocktailError, match="expected a model, found another file of this project"):
        load(tmp_path / "ours.safetensors")
