"""Where an attribute is the same in all images there is no direction, and a run goes on without one."""

import json

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.applications.directions import load
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors
from tests.conftest import TINY


def call(*arguments):
    run = CliRunner().invoke(build(["direction", "traverse"]), [str(a) for a in arguments], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run


def test_a_model_that_draws_one_grey_has_a_direction_that_leads_nowhere(tmp_path):
    model = Model.random(TINY.model_copy(update={"c_dim": 2}), 0)
    model.G = {name: torch.zeros_like(v) if "torgb" in name else v for name, v in model.G.items()}
    save(model, tmp_path / "grey.st")
    options = ["--attribute=pose", "--class=0", "--n-images=30", f"--out={tmp_path / 'd.st'}"]
    run = call("direction", tmp_path / "grey.st", *options)
    assert "warning: no direction: expected 12 images or more, the attribute of the lowest third below" in run.stderr
    found = load(tmp_path / "d.st")
    assert (found.std, found.accuracy, found.normal.norm()) == (0, 0.5, 0)
    assert found.info["none"] in run.stderr
    out = [f"--out={tmp_path / 't.png'}", f"--metrics={tmp_path / 't.json'}", "--n-images=4", "--columns=3"]
    call("traverse", tmp_path / "grey.st", tmp_path / "d.st", *out)
    rows = json.loads((tmp_path / "t.json").read_text())["rows"]
    assert [(row["change"], row["correlation"], row["control"]) for row in rows] == [(0, 0, 0)] * 2


def write(path, *classes):
    model = Model.random(TINY.model_copy(update={"c_dim": len(classes)}), 0)
    model.classes = classes
    save(model, path)
    return path


@pytest.fixture
def found_in_face(tmp_path):
    model = write(tmp_path / "three.st", "cat", "flower", "face")
    call("direction", model, "--attribute=brightness", "--class=face", "--n-images=30", f"--out={tmp_path / 'd.st'}")
    return tmp_path / "d.st"


def traverse(model, direction, folder):
    options = [f"--out={folder / 't.png'}", f"--metrics={folder / 't.json'}", "--n-images=2", "--columns=3", "--rows=1"]
    call("traverse", model, direction, *options)
    return {row["found_in"] for row in json.loads((folder / "t.json").read_text())["rows"]}


def test_in_another_union_the_class_of_a_direction_is_told_by_its_name(found_in_face, tmp_path):
    assert load(found_in_face).info["class"] == "face"
    assert traverse(write(tmp_path / "m.st", "face", "cat"), found_in_face, tmp_path) == {"face"}


@pytest.mark.parametrize("classes", [("cat", "flower"), ("cat", "flower", "shoe")])
def test_measured_in_a_union_without_its_class_a_direction_is_refused(found_in_face, tmp_path, classes):
    model = write(tmp_path / "m.st", *classes)
    with pytest.raises(CocktailError, match=r"expected a direction of a class of .*found one of face; leave --metrics"):
        traverse(model, found_in_face, tmp_path)
    assert not (tmp_path / "t.png").exists()
    call("traverse", model, found_in_face, f"--out={tmp_path / 't.png'}", "--columns=3", "--rows=1")


def test_directions_of_before_have_a_number_for_a_class(found_in_face, tmp_path):
    tensors, facts = load_tensors(found_in_face, "a direction")
    del facts["info"]["class"]
    save_tensors(tensors, facts, found_in_face)
    assert traverse(tmp_path / "three.st", found_in_face, tmp_path) == {"face"}
    with pytest.raises(CocktailError, match="found one of 2; leave --metrics"):
        traverse(write(tmp_path / "m.st", "cat", "face"), found_in_face, tmp_path)
