"""Statistics beside checkpoints: whose they are, how small they may be, and what is said of them."""

from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.merging import merge
from gan_cocktail.inspecting.proposal import propose
from gan_cocktail.inspecting.wording import telling_references
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.tensors import save_tensors
from tests.conftest import TINY


@pytest.fixture
def lay(tmp_path, monkeypatch):
    """A checkpoint at a path of this folder."""
    monkeypatch.chdir(tmp_path)

    def make(path):
        Path(path).parent.mkdir(exist_ok=True)
        save(Model.random(TINY, 0), Path(path))
        return Path(path)

    return make


def statistics(path, n):
    facts = {"extractors": {"efficientnet_lite0": {"weights_sha256": "0"}}, "n_images": n, "info": {}}
    save_tensors({"x": torch.zeros(1)}, facts, Path(path))


def call(verb, *arguments):
    return CliRunner().invoke(build(["inspect", "new"]), [verb, *map(str, arguments)], catch_exceptions=False).stdout


def test_statistics_beside_two_checkpoints_serve_neither(lay):
    paths = [lay("cats.safetensors"), lay("faces.safetensors")]
    statistics("reference.safetensors", 900)
    files = read_files(paths)
    assert [file.sources[file.name].get("reference") for file in files] == [None, None]
    cats, faces = telling_references(files)
    assert cats.startswith("cats, reference: none: reference.safetensors may be of another checkpoint")
    assert "(faces.safetensors)" in cats
    assert "(cats.safetensors)" in faces


def test_one_of_two_checkpoints_there_is_enough(lay):
    """Also where the other one is not given."""
    lay("faces.pkl")
    statistics("reference.safetensors", 900)
    (file,) = read_files([lay("cats.safetensors")])
    assert file.facts()["reference"] is None
    Path("faces.pkl").unlink()
    (file,) = read_files([Path("cats.safetensors")])
    assert file.facts()["reference"] == "reference.safetensors"


def test_small_statistics_make_small_subsets(lay):
    paths = [lay(f"{name}/model.safetensors") for name in ("cat", "face", "dog")]
    statistics("cat/reference.safetensors", 200)
    statistics("face/reference.safetensors", 5000)
    files = read_files(paths)
    assert merge(files).roots == ("cat", "face", "dog")
    assert propose(files, "cat", TrainingParams(), 1, ["ours"]).evaluation.kid_subset_size == 100
    assert propose(files[1:], "face", TrainingParams(), 1, ["ours"]).evaluation.kid_subset_size == 500


def test_what_is_taken_is_said_by_inspect_and_new(lay):
    Path("Snakefile").touch()
    lay("cat/model.safetensors"), lay("face/model.safetensors")
    statistics("cat/reference.safetensors", 200)
    sources = [f"--source={name}={name}/model.safetensors" for name in ("cat", "face")]
    told = call("new", "pets", *sources, "--kimg=1", "--seconds=300")
    assert "cat, reference: cat/reference.safetensors (200 images)" in told.splitlines()
    assert "face, reference" not in told
    lines = call("inspect", "cat/model.safetensors", "face/model.safetensors", "--seconds=300").splitlines()
    (line,) = [line for line in lines if line.startswith("reference ")]
    assert line.split() == ["reference", "cat/reference.safetensors", "(200", "images)", "none"]
