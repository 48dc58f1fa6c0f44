"""d(A, B): zero for one model, quadratic in the difference, blind to what is no layer's weight."""

import json

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.distance import layer_distances
from gan_cocktail.merging.mean import mean
from tests.conftest import TINY


def models():
    return Model.random(TINY, 0), Model.random(TINY, 1)


def test_a_model_is_at_no_distance_from_itself():
    a, _ = models()
    assert set(layer_distances(a, a).values()) == {0.0}


def test_distances_are_those_of_the_tensors_and_symmetric():
    a, b = models()
    found = layer_distances(a, b)
    assert found == layer_distances(b, a)
    stored = (a.D["b16.conv0.weight"] - b.D["b16.conv0.weight"]).double().square().sum()
    inputs = a.D["b16.conv0.weight"][0].numel()
    assert found["D.b16.conv0"] == pytest.approx(float(stored) / inputs, rel=1e-5)
    assert "G.synthesis.b4.const" in found
    assert not any("bias" in name or "noise" in name or "embed" in name for name in found)


def test_fresh_layers_are_at_twice_their_width_whatever_their_learning_rate():
    """Effective weights of a fresh layer are N(0, 1 / inputs): two of them are 2 * outputs apart."""
    a, b = models()
    found = layer_distances(a, b)
    for name, outputs in {"G.mapping.fc1": 16, "G.synthesis.b8.conv1": 16, "D.b4.fc": 16}.items():
        assert found[name] == pytest.approx(2 * outputs, rel=0.3), name


def test_a_source_of_images_alone_is_compared_after_rooting(tmp_path):
    for k, name in enumerate(("root", "before", "after1", "after2")):
        save(Model.random(TINY, k), tmp_path / name)
    told = ["--after", str(tmp_path / "after1"), "--after", str(tmp_path / "after2"), "--names", "r,box,b"]
    told += ["--before", str(tmp_path / "before"), "--out", str(tmp_path / "out.json")]
    run = CliRunner().invoke(
        build(["distances"]), ["distances", str(tmp_path / "root"), *told, "--images", "box"], catch_exceptions=False
    )
    assert run.exit_code == 0
    box, b = json.loads((tmp_path / "out.json").read_text())["models"]
    assert box["before"] is None
    assert box["after"] > 0
    assert b["before"] == pytest.approx(sum(layer["before"] for layer in b["layers"]) / len(b["layers"]))
    with pytest.raises(CocktailError, match="expected --before for each of box, b and --after for each of box, b, fou"):
        CliRunner().invoke(build(["distances"]), ["distances", str(tmp_path / "root"), *told], catch_exceptions=False)


def test_the_average_is_at_a_quarter_of_the_distance():
    a, b = models()
    whole, half = layer_distances(a, b), layer_distances(a, mean([a, b]))
    assert half == pytest.approx({name: d / 4 for name, d in whole.items()}, rel=1e-4)


def test_other_architectures_have_none():
    a, _ = models()
    assert layer_distances(a, Model.random(TINY.model_copy(update={"channel_max": 8}), 0)) == {}


def test_without_a_discriminator_the_generator_s_layers_are_compared():
    a, b = models()
    drawn = Model(TINY.model_copy(update={"mbstd_group_size": 2, "discriminator": "skip"}), b.G)
    assert layer_distances(a, drawn) == {k: d for k, d in layer_distances(a, b).items() if k.startswith("G.")}


def test_the_mean_before_is_of_all_layers_or_none(tmp_path):
    a, b = models()
    for name, model in {"root": a, "before": Model(b.network, b.G), "after": b}.items():
        save(model, tmp_path / name)
    arguments = [tmp_path / "root", "--before", tmp_path / "before", "--after", tmp_path / "after", "--names", "r,s"]
    arguments = ["distances", *map(str, arguments), "--out", str(tmp_path / "d.json")]
    assert CliRunner().invoke(build(["distances"]), arguments).exit_code == 0
    (model,) = json.loads((tmp_path / "d.json").read_text())["models"]
    known = {layer["name"]: layer["before"] for layer in model["layers"]}
    assert all((value is None) == name.startswith("D.") for name, value in known.items())
    assert model["before"] is None


def test_the_verb_writes_layers_and_their_mean(tmp_path):
    a, b = models()
    for name, model in {"root": a, "before": b, "after": mean([a, b])}.items():
        save(model, tmp_path / f"{name}.safetensors")
    root, before, after = (str(tmp_path / f"{name}.safetensors") for name in ("root", "before", "after"))
    out = tmp_path / "d.json"
    arguments = [root, "--before", before, "--after", after, "--names", "cat,face", "--out", str(out)]
    result = CliRunner().invoke(build(["distances"]), ["distances", *arguments])
    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    (model,) = found["models"]
    assert (found["root"], model["source"]) == ("cat", "face")
    assert model["before"] == pytest.approx(torch.tensor([layer["before"] for layer in model["layers"]]).mean().item())
    assert model["after"] == pytest.approx(model["before"] / 4, rel=1e-4)


def test_what_was_not_rooted_in_the_root_is_refused_by_its_settings(tmp_path):
    a, _ = models()
    save(a, tmp_path / "root")
    save(Model(TINY.model_copy(update={"conv_clamp": 256.0}), a.G, a.D), tmp_path / "other")
    options = ["--before", tmp_path / "root", "--after", tmp_path / "other", "--names", "a,b", "--out", tmp_path / "d"]
    arguments = ["distances", str(tmp_path / "root"), *map(str, options)]
    with pytest.raises(CocktailError, match=r"conv_clamp is None in .*root and 256.0 in .*other"):
        CliRunner().invoke(build(["distances"]), arguments, catch_exceptions=False)
