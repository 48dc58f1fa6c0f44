"""Labels are matched with images by name; what does not fit is told in a sentence."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.reading import ReadingParams
from tests.data.files import fill, pairs, plain, tool_zip

RED, BLUE = (255, 0, 0), (0, 0, 255)


def read(path, label=None):
    return read_dataset(path, 16, 3, ReadingParams(label=label))


def colours(found):
    return {tuple(image[:, 0, 0].tolist()) for image in found.images}


def index(labels, **more):
    return {"labels": labels} | more


@settings(max_examples=20, deadline=None)
@given(order=st.permutations(range(6)), label=st.integers(0, 1))
def test_labels_are_matched_by_name_in_any_order(tmp_path_factory, order, label):
    path = tool_zip(tmp_path_factory.mktemp("zip") / "x.zip", index([pairs()[i] for i in order]))
    found = read(path, label)
    assert len(found.images) == 3
    assert colours(found) == {RED if label else BLUE}


def test_a_class_is_chosen_by_index_or_name_and_said(tmp_path):
    path = tool_zip(tmp_path / "x.zip", index(pairs(), classes=["sky", "rose"]))
    assert colours(read(path, "rose")) == colours(read(path, 1)) == {RED}
    assert read(path, "rose").read.sentence("x") == "3 images of x; those of class 1, rose alone, of 6"
    numbered = tool_zip(tmp_path / "y.zip", index(pairs()))
    assert read(numbered, "1").read.sentence("y") == "3 images of y; those of class 1 alone, of 6"


def test_labels_that_are_not_used_are_said(tmp_path):
    path = tool_zip(tmp_path / "x.zip", index(pairs()))
    assert read(path).read.sentence("x") == "6 images of x; its labels are not used (2 classes; `label` chooses one)"
    vectors = tool_zip(tmp_path / "v.zip", index([[name, [0.5, 1.5]] for name, _ in pairs()]))
    assert "its labels are not used (vectors)" in read(vectors).read.sentence("v")
    none = tool_zip(tmp_path / "n.zip", index(None))
    assert read(none).read.sentence("n") == "6 images of n"


def test_folders_and_zips_of_folders_have_labels_too(tmp_path):
    found = tool_zip(tmp_path / "x.zip", index(pairs()), before="pets/")
    assert colours(read(found, 1)) == {RED}
    files = {name: plain("red" if label else "blue") for name, label in pairs()}
    folder = fill(tmp_path / "f", files | {"dataset.json": json.dumps(index(pairs())).encode()})
    assert colours(read(folder, 0)) == {BLUE}


@pytest.mark.parametrize("accent", ["caf\u00e9.png", "cafe\u0301.png"])
def test_names_are_compared_as_people_read_them(tmp_path, accent):
    labels = index([["./caf\u00e9.png", 0], ["a\\b.png", 1]])
    files = {accent: plain("blue"), "a/b.png": plain("red"), "dataset.json": json.dumps(labels).encode()}
    assert colours(read(fill(tmp_path, files), 1)) == {RED}


BROKEN = {
    "missing": (index(pairs()[:-1]), "images without a label: 00000/img00000005.png; "),
    "twice": (index([*pairs(), pairs()[0]]), "images labelled twice: 00000/img00000000.png; "),
    "twice for another": (index([*pairs()[:-1], pairs()[0]]), "images labelled twice: 00000/img00000000.png; "),
    "unknown": (index([*pairs(), ["z.png", 0]]), "images labelled but not there: z.png; "),
    "all unknown": (index([[f"x{i}.png", 0] for i in range(6)]), "not there: x0.png, x1.png, x2.png and 3 more; "),
    "comma": ('{"labels": [["00000/img00000000.png", 0],]}', "broken JSON"),
    "empty": ("", "broken JSON"),
    "list": ([1, 2], "expected {"),
    "numbers": (index([0, 1, 0, 1, 0, 1]), "expected {"),
    "names": (index([[name, "cat"] for name, _ in pairs()]), "class indices from 0, found 'cat' for 00000/img00000000"),
    "negative": (index([[name, -1] for name, _ in pairs()]), "class indices from 0, found -1"),
    "fraction": (index([[name, 0.5] for name, _ in pairs()]), "class indices from 0, found 0.5"),
    "truth": (index([[name, True] for name, _ in pairs()]), "class indices from 0, found True"),
    "null": (index([[name, None] for name, _ in pairs()]), "class indices from 0, found None"),
    "some vectors": (index([["00000/img00000000.png", [1]], *pairs()[1:]]), "class indices from 0, found [1]"),
    "few classes": (index(pairs(), classes=["a"]), "1 `classes` for labels up to 1"),
    "same classes": (index(pairs(), classes=["a", "a"]), "each once"),
    "no list": (index(pairs(), classes="ab"), "list of names"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("label", [None, 1])
def test_what_is_broken_is_told_in_a_sentence(tmp_path, name, label):
    content, message = BROKEN[name]
    with pytest.raises(CocktailError) as e:
        read(tool_zip(tmp_path / "x.zip", content), label)
    assert message in str(e.value)
    assert str(e.value).startswith(f"{tmp_path / 'x.zip'}: dataset.json: ")
    assert "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("labels", "label", "message"),
    [
        (pairs(), 2, "no class 2 (known: 0, 1)"),
        (pairs(), "rose", "no class 'rose'"),
        ([[name, 2 * k] for name, k in pairs()], 1, "no image has the label 1"),
        ([[name, [0.0, 1.0]] for name, _ in pairs()], 0, "its labels are vectors"),
        (None, 0, "no labels in it"),
    ],
)
def test_a_class_that_is_not_there_is_told(tmp_path, labels, label, message):
    with pytest.raises(CocktailError) as e:
        read(tool_zip(tmp_path / "x.zip", index(labels)), label)
    assert message in str(e.value)
