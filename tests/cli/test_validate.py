"""Every bad file of an experiment is named at once."""

import subprocess

import numpy as np
import pytest
import torch
import yaml

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.checks import misfits
from gan_cocktail.data.images import png, write_zip
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.tensors import load_tensors, save_tensors
from gan_cocktail.validating import problems
from tests.conftest import ROOT, TINY


def nan(path):
    tensors, facts = load_tensors(path, "it")
    tensors["G.synthesis.b4.const"][0, 0, 0] = torch.nan
    save_tensors(tensors, facts, path)


@pytest.fixture
def experiment(tmp_path, monkeypatch, images):
    """Parameters of three sources, all of whose files are sound; in a folder whose name is hostile."""
    monkeypatch.chdir(ROOT)
    folder = tmp_path / "a b; 'q' \"ü\" $(x)"
    folder.mkdir()
    for seed, name in enumerate(("a", "b")):
        save(Model.random(TINY, seed), folder / f"{name}.safetensors")
    write_zip(folder / "c.zip", [images[:20]], {})
    (folder / "d").mkdir()
    for i, image in enumerate(images[:6]):
        (folder / f"d/{i}.png").write_bytes(png(image))
    sources = {name: {"model": str(folder / f"{name}.safetensors")} for name in ("a", "b")}
    sources |= {"c": {"images": str(folder / "c.zip")}}
    sources["b"]["dataset"] = str(folder / "d")
    values = {"sources": sources, "mixtures": {"m": {"sources": ["a", "b", "c"]}}, "methods": ["ours"]}
    return folder, values


def found(values):
    return problems(Plan(Params(**values)))


def test_sound_files_pass(experiment):
    assert found(experiment[1]) == []


def test_everything_that_is_bad_is_named_once(experiment):
    folder, values = experiment
    nan(folder / "a.safetensors")
    (folder / "b.safetensors").write_bytes((folder / "b.safetensors").read_bytes()[:-9])
    (folder / "d/3.png").write_bytes((folder / "d/3.png").read_bytes()[:60])
    (folder / "d/5.png").write_text("no image")
    (folder / "c.zip").write_bytes((folder / "c.zip").read_bytes()[:300])
    values["sources"]["a"]["reference"] = str(folder / "absent.ref")
    told = found(values)
    assert len(told) == 5, told
    for part in (
        "sources.a.reference: ",
        "absent.ref: no such file",
        "a.safetensors: tensor G.synthesis.b4.const holds",
        "b.safetensors: ",
        "d: 2 of 6 images cannot be read",
        "3.png: ",
        "5.png: ",
        "c.zip: expected a zip or a folder of images",
    ):
        assert sum(part in sentence for sentence in told) == 1, (part, told)


def test_the_verb_lists_them_and_ends_with_2(experiment, tmp_path):
    folder, values = experiment
    file = tmp_path / "my experiment.yaml"
    file.write_text(yaml.safe_dump(values))

    def call():
        return subprocess.run(["gan-cocktail", "validate", "--configfile", file], capture_output=True, text=True)

    assert "every file that it names is sound" in call().stdout
    nan(folder / "a.safetensors")
    (folder / "d/3.png").unlink()
    (folder / "d/3.png").mkdir()
    (folder / "c.zip").unlink()
    run = call()
    assert run.returncode == 2
    assert f"{file}: 2 to mend:\n" in run.stderr
    assert "sources.c.images: " in run.stderr
    assert "Traceback" not in run.stderr


def test_the_pipeline_s_own_look_names_all_too(experiment):
    """Before anything runs; whole files it does not read."""
    folder, values = experiment
    for name in ("a", "b"):
        (folder / f"{name}.safetensors").write_bytes(np.random.default_rng(0).bytes(90))
    values["variants"] = {"v": {"method": "ours", "merge": {"way": "mean", "weights": [1]}}}
    told = misfits(Plan(Params(**values)))
    assert [sum(f"{name}.safetensors: " in sentence for sentence in told) for name in ("a", "b")] == [1, 1]


def test_a_file_of_other_bytes_is_no_experiment(tmp_path):
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00sources")
    run = subprocess.run(
        ["gan-cocktail", "validate", "--configfile", tmp_path / "x.yaml"], capture_output=True, text=True
    )
    assert run.returncode == 2
    assert run.stderr.startswith(f"gan-cocktail: {tmp_path / 'x.yaml'}: expected a text in UTF-8")
