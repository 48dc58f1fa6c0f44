"""gan-cocktail merge, as a person types it: files in, a file out, mistakes explained."""

import re

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from tests.conftest import TINY
from tests.networks.test_networks import lively


@pytest.fixture
def files(tmp_path):
    """Two unconditional models of one architecture, and one without a discriminator."""
    models = {name: lively(TINY, seed) for seed, name in enumerate("ab")}
    models["g"] = Model(TINY, models["b"].G)
    for name, model in models.items():
        save(model, tmp_path / f"{name}.safetensors")
    return tmp_path


def call(folder, *arguments, verb="merge"):
    """What it printed, in this process; CocktailError as it is raised."""
    found = [str(folder / f"{a}.safetensors") if a in ("a", "b", "g") else str(a) for a in arguments]
    out = [] if "--out" in found else ["--out", str(folder / "out.safetensors")]
    run = CliRunner().invoke(build([verb]), [verb, *found, *out], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run.output


def averaged(folder, *arguments):
    said = call(folder, *arguments)
    return load(folder / "out.safetensors"), said


def test_weights_are_shares(files):
    found, _ = averaged(files, "a", "b", "--weights", "7,3")
    a, b = (load(files / f"{name}.safetensors") for name in "ab")
    for name, value in found.G.items():
        torch.testing.assert_close(value, 0.7 * a.G[name] + 0.3 * b.G[name])
    assert found.info["merge"] == "mean"
    assert found.info["settings"]["weights"] == [7, 3]


def test_layers_need_no_way(files):
    found, _ = averaged(files, "a", "b", "--layers", "-8=1,0 mapping=1,0", "--weights", "0,1")
    a, b = (load(files / f"{name}.safetensors") for name in "ab")
    for name, value in found.G.items():
        assert torch.equal(value, (b if "b16" in name else a).G[name]), name
    assert found.info["merge"] == "layers"


def test_the_plain_mean_says_no_more_than_it_did(files):
    found, _ = averaged(files, "a", "b")
    assert "settings" not in found.info
    assert [parent["path"].rsplit("/")[-1] for parent in found.info["parents"]] == ["a.safetensors", "b.safetensors"]


def test_what_is_dropped_depends_on_the_seed(files):
    one, other, third = (
        averaged(files, "a", "b", "--way", "dare", "--settings", "{drop: 0.9, scale: 1}", "--seed", seed)[0].G
        for seed in (0, 0, 1)
    )
    name = "synthesis.b4.conv1.weight"
    assert torch.equal(one[name], other[name])
    assert not torch.equal(one[name], third[name])


def test_fisher_of_files(files):
    for name in "ab":
        call(files, name, "--out", files / f"fisher_{name}.safetensors", "--n-images", "8", verb="fisher")
    fishers = [f"--fisher={files / f'fisher_{name}.safetensors'}" for name in "ab"]
    found, _ = averaged(files, "a", "b", "--way", "fisher", *fishers)
    assert len(found.info["parents"]) == 4
    a, b = (load(files / f"{name}.safetensors").G["synthesis.b4.const"] for name in "ab")
    const = found.G["synthesis.b4.const"]
    assert ((const - a) * (const - b) <= 1e-6).all()  # between the two, and not their mean
    assert (const - (a + b) / 2).abs().max() > 0.1


def test_without_a_discriminator(files):
    found, said = averaged(files, "a", "g")
    assert found.D
    assert "the average has the mean of the others'" in said
    found, said = averaged(files, "a", "g", "--weights", "1,1")
    assert not found.D
    assert "the average has none" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--way", "tie"], "--way: unknown way 'tie', did you mean 'ties'?"),
        (["--weights", "1,2,3"], "weights: expected 2, one for each model in order, found 3 (1,2,3)"),
        (["--weights", "half"], "--way, mean:\n  weights: expected numbers such as 0.7,0.3, one a model, found 'half'"),
        (["--weights", "0,0"], "expected numbers of 0 or more, not all 0"),
        (["--layers", "4-8"], "expected LAYERS=WEIGHTS, each LAYERS once, such as '4-16=1,0 32-=0,1 mapping=1,0'"),
        (["--layers", "64=1,0"], "layers: '64' names no layer"),
        (["--way", "ties", "--layers", "4=1,0"], "--layers: way ties has none; leave it out, or take --way layers"),
        (["--way", "own_embeddings", "--weights", "1,1"], "--weights: way own_embeddings has none"),
        (["--weights", "1,1", "--settings", "weights: [1, 2]"], "--weights: --settings has weights too"),
        (["--way", "ties", "--settings", "density: 2"], "density: must be less than or equal to 1, found 2"),
        (["--way", "ties", "--settings", "2"], "--settings: expected a mapping such as 'density: 0.2', found '2'"),
        (["--way", "fisher"], "fisher: expected Fisher information of each of 2 models, found 0"),
        (["--fisher", "a"], "--fisher is of the way `fisher`, found --way mean"),
        (["--root", "2"], "--root: expected 0 to 1 (2 models), found 2"),
    ],
)
def test_mistakes_are_explained(files, arguments, message):
    with pytest.raises(CocktailError, match=re.escape(message)):
        call(files, "a", "b", *arguments)
    assert not (files / "out.safetensors").exists()
