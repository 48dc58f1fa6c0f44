"""Model files: what is written is read, and broken files are refused in one sentence."""

import pytest
import torch
from safetensors.torch import load_file

from gan_cocktail.checkpoints.fisher import load_fisher
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.checkpoints.snapshots import load_snapshots, save_snapshots
from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors
from tests.conftest import TINY


def test_round_trip(tiny, tmp_path):
    tiny.info = {"kind": "source", "name": "x"}
    save(tiny, tmp_path / "a.safetensors")
    found = load(tmp_path / "a.safetensors")
    assert (found.network, found.info) == (tiny.network, tiny.info)
    for part in ("G", "D"):
        before, after = getattr(tiny, part), getattr(found, part)
        assert before.keys() == after.keys()
        assert all(torch.equal(before[k], after[k]) for k in before)


def test_same_model_same_bytes(tiny, tmp_path):
    for name in "ab":
        save(tiny, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_random_models_leave_the_global_random_state_alone():
    torch.manual_seed(3)
    wanted = torch.randn(1)
    torch.manual_seed(3)
    Model.random(TINY, 0)
    assert torch.equal(torch.randn(1), wanted)


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "no such file"), (b"", "an empty file"), (b"\x80\x04pickle", "a damaged file")],
)
def test_what_is_no_model_is_refused(tmp_path, content, message):
    path = tmp_path / "m.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CocktailError, match=message):
        load(path)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"info": {"kind": "fisher"}}, "fisher"),
        ({"network": {}, "kimg": []}, "another file of this project"),
        ({"extractor": {}}, "another file of this project"),
    ],
)
def test_files_of_another_kind_are_told_apart(tmp_path, facts, found):
    save_tensors({"x": torch.zeros(1)}, facts, tmp_path / "f")
    with pytest.raises(CocktailError, match=f"f: expected a model, found {found}; check the path"):
        load(tmp_path / "f")


@pytest.mark.parametrize(("read", "what"), [(load_fisher, "Fisher information"), (load_snapshots, "snapshots")])
def test_a_model_is_nothing_else(tiny, tmp_path, read, what):
    tiny.info = {"kind": "source"}
    save(tiny, tmp_path / "m")
    with pytest.raises(CocktailError, match=f"m: expected {what}"):
        read(tmp_path / "m")


def test_a_tensor_of_the_wrong_shape_is_named(tiny, tmp_path):
    path = tmp_path / "m.safetensors"
    save(tiny, path)
    tensors = load_file(path)
    tensors["G.synthesis.b8.conv0.bias"] = torch.zeros(3)
    save_tensors(tensors, {"network": tiny.network.model_dump(), "info": {}}, path)
    with pytest.raises(CocktailError, match=r"G.synthesis.b8.conv0.bias: expected \(16,\).*found \(3,\)"):
        load(path)


def test_snapshots_round_trip(tiny, tmp_path):
    other = Model.random(TINY, 1)
    save_snapshots({8.0: tiny.G, 2.5: other.G}, TINY, tmp_path / "s")
    found = load_snapshots(tmp_path / "s")
    assert list(found) == [2.5, 8.0]
    assert torch.equal(found[8.0].G["synthesis.b4.const"], tiny.G["synthesis.b4.const"])
    save_snapshots({}, TINY, tmp_path / "none")
    assert load_snapshots(tmp_path / "none") == {}


def test_snapshots_that_do_not_fit_their_settings_are_refused(tiny, tmp_path):
    save_snapshots({1.0: tiny.G}, TINY.model_copy(update={"channel_max": 8}), tmp_path / "s")
    with pytest.raises(CocktailError, match=r"G.synthesis.b16.conv0.affine.bias: expected \(8,\).*found \(16,\)"):
        load_snapshots(tmp_path / "s")


def test_no_header_makes_a_model_look_like_a_pickle(tiny, tmp_path):
    for length in range(0, 2048, 8):  # the file begins with the length of its header, in bytes
        tiny.info = {"kind": "source", "padding": " " * length}
        save(tiny, tmp_path / "m")
        assert load(tmp_path / "m").info == tiny.info


@pytest.mark.parametrize(
    "classes",
    [["../evil", "cat"], ["/cat", "dog"], [".", "cat"], ["cat", "cat"], [1, 2], [None, "cat"], "ab", {"a": 1}],
)
def test_names_of_classes_are_different_and_no_paths(tmp_path, classes):
    """Files are named after them."""
    save(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), tmp_path / "m")
    tensors, facts = load_tensors(tmp_path / "m", "a model")
    save_tensors(tensors, facts | {"classes": classes}, tmp_path / "m")
    with pytest.raises(CocktailError, match=r"m: expected different names of its 2 classes, without / and \\, found"):
        load(tmp_path / "m")
