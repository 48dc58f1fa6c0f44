"""A class is said by name or number; a model of several is never drawn from without; names stay with a model."""

import json
import zipfile

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.fisher import load_fisher
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli import build
from gan_cocktail.data.images import write_zip
from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors
from tests.conftest import TINY
from tests.networks.test_networks import lively

APP = build(
    ["widen", "root", "merge", "finetune", "synthesize", "fisher", "direction", "samples", "swap", "mix", "interpolate"]
)
SETTINGS = ["--settings", "{batch_size: 8, precision: fp32}"]


def call(*arguments):
    run = CliRunner().invoke(APP, [str(a) for a in arguments], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run.output


@pytest.fixture
def pets(tmp_path):
    """A model of three named classes."""
    model = lively(TINY.model_copy(update={"c_dim": 3}), 0)
    model.classes, model.info = ("cat", "dog", "2nd"), {"kind": "union"}
    save(model, tmp_path / "pets.safetensors")
    return tmp_path / "pets.safetensors"


NAMES = st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,4}", fullmatch=True), min_size=1, max_size=5, unique=True)


@given(names=NAMES, data=st.data())
def test_a_class_is_found_by_its_name_and_by_its_number(names, data):
    k = data.draw(st.integers(0, len(names) - 1))
    assert find_class(names[k], names, "m") == k
    if str(k) not in names:
        assert find_class(str(k), names, "m") == k
    if len(names) > 1:
        with pytest.raises(CocktailError, match=r"--class: expected one of .* found none; say which"):
            find_class("", names, "m")
    else:
        assert find_class("", names, "m") == 0


@pytest.mark.parametrize(
    ("asked", "hint"), [("cst", "did you mean 'cat'"), ("x", "known: cat, dog"), ("2", "found 2$")]
)
def test_what_is_no_class_is_refused_with_the_nearest_name(asked, hint):
    with pytest.raises(
        CocktailError, match=rf"--class: expected 0 to 1 \(2 classes in m\), found {asked}.*{hint}|{hint}"
    ):
        find_class(asked, ["cat", "dog"], "2 classes in m")


DRAWING = {
    "synthesize": ["--name", "x", "--settings", "n_images: 30"],
    "fisher": ["--n-images", 2],
    "direction": ["--attribute", "brightness", "--n-images", 60],
}


@pytest.mark.parametrize("verb", DRAWING)
def test_a_verb_that_draws_one_class_asks_which(verb, pets, tmp_path):
    out = ["--out", tmp_path / "x"]
    with pytest.raises(CocktailError, match=r"--class: expected one of cat, dog, 2nd .3 classes in .*pets.safetensors"):
        call(verb, pets, *DRAWING[verb], *out)
    assert not (tmp_path / "x").exists()
    found = {}
    for asked in ("dog", "1", "cat"):
        call(verb, pets, *DRAWING[verb], "--class", asked, "--out", tmp_path / asked)
        found[asked] = (tmp_path / asked).read_bytes()
    assert found["dog"] == found["1"] != found["cat"]


def test_a_model_of_one_domain_needs_no_class(tiny, tmp_path):
    save(tiny, tmp_path / "m")
    for verb, options in DRAWING.items():
        call(verb, tmp_path / "m", *options, "--out", tmp_path / verb)
    assert load_fisher(tmp_path / "fisher").info["labels"] == [0]
    with zipfile.ZipFile(tmp_path / "synthesize") as archive:
        assert b"class" not in archive.comment


def test_drawn_images_say_their_class(pets, tmp_path):
    call("synthesize", pets, *DRAWING["synthesize"], "--class", 1, "--out", tmp_path / "x")
    with zipfile.ZipFile(tmp_path / "x") as archive:
        assert json.loads(archive.comment)["class"] == "dog"


def test_verbs_that_draw_all_classes_say_them(pets, tmp_path):
    assert "rows: cat, dog, 2nd" in call("samples", pets, "--columns", 2, "--out", tmp_path / "grid.png")
    assert "classes: dog, cat" in call("swap", pets, "--classes", "dog,0", "--out", tmp_path / "swap.png")


GRIDS = {"samples": "--columns", "interpolate": "--columns", "mix": "--columns", "swap": "--rows"}


@pytest.mark.parametrize("verb", GRIDS)
def test_grids_are_written_as_png_and_under_no_other_name(verb, pets, tmp_path):
    for name in ("x.tiff", "x.jpg", "x"):
        with pytest.raises(CocktailError, match=rf"--out: expected a name that ends with \.png, .* found .*{name}$"):
            call(verb, pets, GRIDS[verb], 2, "--out", tmp_path / name)
    call(verb, pets, GRIDS[verb], 2, "--out", tmp_path / "x.PNG")
    assert [path.name for path in tmp_path.glob("x*")] == ["x.PNG"]


def test_names_go_from_widening_to_the_union(images, tmp_path):
    write_zip(tmp_path / "images.zip", [images], {})
    for k in range(2):
        save(Model.random(TINY, k), tmp_path / f"source{k}")
    call("widen", tmp_path / "source0", "--classes", "cat,dog", "--position", "cat", "--out", tmp_path / "root")
    call("root", tmp_path / "root", tmp_path / "images.zip", "--class", "dog", "--kimg", 0.008, *SETTINGS,
         "--out", tmp_path / "rooted")  # fmt: skip
    call("merge", tmp_path / "root", tmp_path / "rooted", "--out", tmp_path / "average")
    for scratch in ([], ["--from-scratch"]):
        data = [tmp_path / "images.zip"] * 2
        call("finetune", tmp_path / "average", *data, "--kimg", 0.008, *SETTINGS, *scratch, "--out", tmp_path / "union")
        for name in ("root", "rooted", "average", "union"):
            assert list(load(tmp_path / name).classes) == ["cat", "dog"]
    number = call("widen", tmp_path / "source1", "--classes", 2, "--position", 1, "--out", tmp_path / "unnamed")
    assert number == ""
    assert load(tmp_path / "unnamed").class_names == ["0", "1"]


def test_one_class_of_a_source_becomes_a_class_of_the_mixture(pets, tmp_path):
    arguments = ["widen", pets, "--classes", "bird,dog", "--position", 1, "--out", tmp_path / "w"]
    with pytest.raises(CocktailError, match="--class: expected one of cat, dog, 2nd"):
        call(*arguments)
    call(*arguments, "--class", "dog")
    z, source, wide = torch.randn(2, 16), load(pets), load(tmp_path / "w")
    before = source.generator()(z, torch.eye(3)[[1, 1]], "none", psi=0.5)
    torch.testing.assert_close(wide.generator()(z, torch.eye(2)[[1, 1]], "none", psi=0.5), before, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("size", [16, 64])
def test_a_class_of_a_source_of_another_size_and_without_a_discriminator_is_merged(size, tmp_path):
    network = TINY.model_copy(update={"img_resolution": size, "c_dim": 2})
    drawn = Model(network, lively(network, 0).G, {}, {"kind": "snapshot"}, ("cat", "dog"))
    save(drawn, tmp_path / "pets")
    save(lively(TINY.model_copy(update={"img_resolution": 32}), 1), tmp_path / "face")
    into = ["--classes", "face,dog", "--position"]
    call("widen", tmp_path / "pets", *into, "dog", "--class", "dog", "--leaf", "--out", tmp_path / "leaf")
    call("widen", tmp_path / "face", *into, "face", "--out", tmp_path / "root")
    call("synthesize", tmp_path / "pets", "--class", "dog", *DRAWING["synthesize"], "--out", tmp_path / "dogs.zip")
    what = {16: "enlarged from 16x16 to 32x32", 64: "reduced from 64x64 to 32x32"}[size]
    budget = ["--kimg", 0.008, *SETTINGS]
    fixed = [tmp_path / "root", tmp_path / "dogs.zip", "--class", "dog", *budget]
    assert f"30 of 30 images {what}" in call("root", *fixed, "--out", tmp_path / "rooted")
    call("merge", tmp_path / "root", tmp_path / "rooted", "--out", tmp_path / "average")
    fresh = [tmp_path / "average", tmp_path / "face", tmp_path / "pets", "--source-class", ",dog", *budget]
    assert f"pets: drawn anew, {what}" in call("finetune", *fresh, "--out", tmp_path / "union")
    union = load(tmp_path / "union")
    assert (union.network.img_resolution, list(union.classes)) == (32, ["face", "dog"])
    assert union.info["read"] == [f"images of pets: drawn anew, {what}"]
    assert load(tmp_path / "rooted").info["read"] == [f"30 images of dogs.zip; 30 of 30 images {what}"]


@pytest.mark.parametrize("classes", ["cat,cat", "cat,,dog", "", "0", "../cat,dog"])
def test_names_that_are_none_are_refused(classes, tiny, tmp_path):
    save(tiny, tmp_path / "m")
    with pytest.raises(CocktailError, match="--classes: expected different names such as cat,face, or a number"):
        call("widen", tmp_path / "m", "--classes", classes, "--position", 1, "--out", tmp_path / "w")


def test_models_of_other_classes_are_not_averaged(pets, tmp_path):
    other = load(pets)
    other.classes = ("dog", "cat", "2nd")
    save(other, tmp_path / "other")
    with pytest.raises(CocktailError, match="classes is cat, dog, 2nd in the first model and dog, cat, 2nd in model 2"):
        call("merge", pets, tmp_path / "other", "--out", tmp_path / "x")


def test_fewer_names_than_classes_are_a_broken_file(pets, tmp_path):
    tensors, facts = load_tensors(pets, "a model")
    save_tensors(tensors, facts | {"classes": ["cat"]}, tmp_path / "m")
    with pytest.raises(CocktailError, match=r"expected different names of its 3 classes, .* found \[.cat.\]"):
        load(tmp_path / "m")


def test_sources_drawn_anew_are_drawn_from_the_class_that_is_asked_for(pets, tiny, tmp_path):
    save(tiny, tmp_path / "one.safetensors")
    call("widen", tmp_path / "one.safetensors", "--classes", "a,b", "--position", 0, "--out", tmp_path / "wide")
    root = ["root", tmp_path / "wide", pets, "--class", "b", "--kimg", 0.008, *SETTINGS]
    with pytest.raises(CocktailError, match=r"--source-class: expected one of cat, dog, 2nd \(source .*pets"):
        call(*root, "--out", tmp_path / "none")
    for asked in ("dog", "1", "cat"):
        call(*root, "--source-class", asked, "--out", tmp_path / f"of-{asked}")
    dog, same, cat = (load(tmp_path / f"of-{asked}").D["b4.out.weight"] for asked in ("dog", "1", "cat"))
    assert torch.equal(dog, same)
    assert not torch.equal(dog, cat)
    finetune = ["finetune", tmp_path / "wide", tmp_path / "one.safetensors", pets, "--kimg", 0.008, *SETTINGS]
    call(*finetune, "--source-class", ",dog", "--out", tmp_path / "union")
    with pytest.raises(CocktailError, match="--source-class: expected one for each of 2 classes, or none, found 1"):
        call(*finetune, "--source-class", "dog", "--out", tmp_path / "x")
