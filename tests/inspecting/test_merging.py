"""Which files can be merged, and with which root."""

import pytest

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.merging import better_root, merge, pairs
from tests.conftest import TINY
from tests.inspecting.conftest import FILES

GREY = TINY.model_copy(update={"img_channels": 1})
LARGE = TINY.model_copy(update={"img_resolution": 32})
WIDE = TINY.model_copy(update={"channel_max": 32, "channel_base": 256})


@pytest.fixture
def files(tmp_path):
    """Files of models of these settings; without D where the name is `bare`."""

    def make(**networks):
        for name, network in networks.items():
            model = Model.random(network, 0)
            save(Model(network, model.G) if name == "bare" else model, tmp_path / f"{name}.safetensors")
        return read_files([tmp_path / f"{name}.safetensors" for name in networks])

    return make


def test_alike_files_merge_with_any_root(files):
    found = merge(files(a=TINY, b=TINY))
    assert (found.roots, found.why_not) == (("a", "b"), {})


def test_grey_and_rgb_do_not(files):
    found = merge(files(a=TINY, grey=GREY))
    assert found.roots == ()
    assert "a draws 3 channels and grey 1" in found.why_not["a"]
    assert not found.why_not["a"].startswith("mixtures.")


def test_a_file_without_d_is_the_root_only_where_no_other_can_be(files):
    found = merge(files(a=TINY, bare=LARGE))
    assert (found.roots, found.with_new_d, found.able, found.why_not) == (("a",), ("bare",), ("a",), {})
    assert better_root(files(a=TINY, bare=LARGE), found.able) == ("a", "no other has a discriminator")
    found = merge(files(a=TINY, bare=TINY)[1:] + files(grey=GREY))
    assert found.able == ()


def test_of_a_file_of_classes_one_is_merged(tmp_path):
    save(Model.random(TINY.model_copy(update={"c_dim": 3}), 0), tmp_path / "three.safetensors")
    save(Model.random(TINY, 0), tmp_path / "one.safetensors")
    paths = [tmp_path / "three.safetensors", tmp_path / "one.safetensors"]
    assert merge(read_files(paths)).roots == ("three", "one")
    assert merge(read_files(paths, ["three", "one"], {"three": "2"})).roots == ("three", "one")
    for domains in ({}, {"three": "3"}):
        found = merge(read_files(paths, ["three", "one"], domains))
        assert found.roots == ()
        assert "sources.three.class: expected" in found.why_not["one"]


def test_what_the_pipeline_refuses_is_said_root_by_root(files):
    """Of every two and of all: each root is possible, or has its sentence."""
    found = files(a=TINY, large=LARGE, wide=WIDE)
    for one in [merge(found), *pairs(found)]:
        assert set(one.roots) | one.why_not.keys() == set(one.sources)
        assert not set(one.roots) & one.why_not.keys()
    assert [one.sources for one in pairs(found)] == [("a", "large"), ("a", "wide"), ("large", "wide")]
    assert merge(found).roots


def test_foreign_files_of_two_formats_and_sizes_merge():
    found = merge(read_files([FILES / "module-source.pkl", FILES / "rosinality-convert-full-32.pt"]))
    assert "module-source" in found.roots


@pytest.mark.parametrize(
    ("networks", "best", "why"),
    [
        ({"a": TINY, "large": LARGE, "wide": WIDE}, "large", "32 pixels"),
        ({"a": TINY, "wide": WIDE}, "wide", "most weights"),
        ({"a": TINY, "b": TINY}, "a", "all are alike"),
    ],
)
def test_the_better_root_as_far_as_files_tell(files, networks, best, why):
    name, said = better_root(files(**networks), list(networks))
    assert name == best
    assert why in said
    assert "look at them" in said


def test_only_those_that_can_be_the_root_are_asked(files):
    name, why = better_root(files(a=TINY, large=LARGE), ["a"])
    assert (name, why) == ("a", "no other can be the root")
