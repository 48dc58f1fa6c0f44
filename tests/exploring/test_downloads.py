"""What is taken away draws the same elsewhere."""

import shlex
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from PIL import Image
from typer.testing import CliRunner

from gan_cocktail.applications.seeds import draw_seeds, latents_of
from gan_cocktail.checkpoints.model import load
from gan_cocktail.cli import build
from gan_cocktail.exploring.command import command
from gan_cocktail.exploring.downloads import class_name, file_name, write_class, write_latent
from gan_cocktail.exploring.explorer import open_explorer
from gan_cocktail.tensors import load_tensors
from tests.exploring.test_explorer import by_generate, close, picture, states


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=states())
def test_a_latent_that_was_saved_is_the_picture_again(explorer, files, tmp_path, state):
    path = tmp_path / "saved.safetensors"
    write_latent(explorer, state, path)
    again = open_explorer(files / "union.safetensors", [], [path])
    label = again.projected[0].label
    shares = tuple(float(k == label) for k in range(2))
    close(picture(again, replace(again.start(), projected=0, shares=shares)), picture(explorer, state))
    tensors, facts = load_tensors(path, "w")
    assert facts["info"]["kind"] == "latent"
    assert ("z" in tensors) == (state.projected is None)
    if state.projected is None:
        assert torch.equal(tensors["z"], latents_of([state.seed], 16))
        close(by_generate(files, tmp_path, w=path), picture(explorer, state))


@pytest.mark.parametrize("label", [0, 1])
def test_a_class_is_a_model_of_its_own(explorer, tmp_path, label):
    write_class(explorer, label, tmp_path / "own.safetensors")
    own = load(tmp_path / "own.safetensors")
    assert own.network.c_dim == 0
    assert own.info["class"] == explorer.names[label]
    assert own.D
    (image,) = draw_seeds(own.generator(), 0, [7], 0.6, "const")
    shares = tuple(float(k == label) for k in range(2))
    close(image.int(), picture(explorer, replace(explorer.start(), seed=7, shares=shares, psi=(0.6, 0.6))))


@pytest.mark.parametrize(("shares", "psi"), [((0.0, 1.0), (1.0, 0.3)), ((0.5, 1.0), (0.8, 0.8))])
def test_the_command_draws_the_picture(explorer, tmp_path, monkeypatch, shares, psi):
    state = replace(explorer.start(), seed=12, shares=shares, psi=psi)
    verb, *arguments = shlex.split(command(explorer, state))[1:]
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(build([verb]), [verb, *arguments]).exit_code == 0
    (path,) = (tmp_path / "image").rglob("*.png")
    close(torch.from_numpy(np.array(Image.open(path))).permute(2, 0, 1).int(), picture(explorer, state))


@pytest.mark.parametrize(
    "change", [{"toward": 0.5}, {"layers": 2}, {"steps": (1.0,)}, {"projected": 0}, {"psi": (1.0, 0.5)}]
)
def test_there_is_no_command_for_what_generate_cannot_draw(explorer, change):
    assert not command(explorer, replace(explorer.start(), shares=(0.5, 0.5), **change))


def test_files_are_called_by_what_they_show(explorer):
    state = explorer.start()
    assert file_name(explorer, replace(state, seed=4, shares=(1.0, 0.5))) == "seed4-cat-face"
    assert file_name(explorer, replace(state, projected=0)) == "photo-cat"
    assert class_name(explorer, 1) == "union-face"
    model = replace(explorer.model, classes=("../cat", "a b"))
    assert class_name(replace(explorer, model=model), 0) == "union-.._cat"
    assert "/" not in file_name(replace(explorer, model=model), state)
