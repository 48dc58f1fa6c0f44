"""A new discriminator for a model that has none: of its own images, and its generator stays as it is."""

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from tests.conftest import ROOT, TINY
from tests.networks.test_networks import lively

APP = build(["discriminator", "synthesize", "widen"])
FOREIGN = ROOT / "tests/checkpoints/files/ada-ema-module-32.pkl"
SETTINGS = ["--kimg", 0.032, "--settings", "{batch_size: 8, precision: fp32}"]
CLASSES = ("cat", "dog", "bird")


def call(*arguments):
    run = CliRunner().invoke(APP, [str(a) for a in arguments], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run.output


def synthesize(model, out, *options):
    call("synthesize", model, "--name", "x", "--settings", "n_images: 20", *options, "--out", out)
    return out


@pytest.fixture
def pets(tmp_path):
    """A generator of three classes."""
    network = TINY.model_copy(update={"c_dim": 3})
    save(Model(network, lively(network, 0).G, {}, {"kind": "snapshot"}, CLASSES), tmp_path / "pets")
    return tmp_path / "pets"


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def moved(model, before):
    return {name for name, value in model.D.items() if not torch.equal(value, before.D[name])}


@pytest.mark.parametrize("model", [FOREIGN, None])
def test_the_generator_stays_and_its_discriminator_is_trained_and_said_to_be(model, tmp_path):
    if model is None:
        model = tmp_path / "ours"
        save(Model(TINY, lively(TINY, 0).G, {}, {"kind": "source", "name": "pet"}), model)
    drawn = synthesize(model, tmp_path / "x.zip")
    said = call("discriminator", model, drawn, *SETTINGS, "--out", tmp_path / "whole")
    source, whole = load(model), load(tmp_path / "whole")
    assert same(source.G, whole.G)
    start = Model.random(source.network, 0)
    assert whole.network == source.network
    assert {"b4.out.weight", "b4.fc.weight"} <= moved(whole, start)
    assert "no discriminator: its generator as it is, beside one that is new, of 0.032 kimg of its own images" in said
    assert whole.info["discriminator"] == "new, of 0.032 kimg of its own images"
    assert whole.info["generator"] == source.info
    assert [p["path"] for p in whole.info["parents"]] == [model.as_posix(), drawn.as_posix()]
    widened = ["widen", tmp_path / "whole", "--classes", "a,b", "--position", "a", "--out", tmp_path / "wide"]
    call(*widened)
    assert load(tmp_path / "wide").D


def test_the_same_again_is_the_same_discriminator_and_another_seed_another(pets, tmp_path):
    drawn = synthesize(pets, tmp_path / "x.zip", "--class", "dog")
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        call("discriminator", pets, drawn, "--class", "dog", *SETTINGS, "--seed", seed, "--out", tmp_path / name)
    a, b, c = (load(tmp_path / name) for name in "abc")
    assert same(a.D, b.D)
    assert not same(a.D, c.D)


def test_it_is_of_the_classes_that_are_picked_alone(pets, tmp_path):
    """Classes that are not shown keep the columns that they began with; the new D is widened with them."""
    zips = [synthesize(pets, tmp_path / f"{name}.zip", "--class", name) for name in ("bird", "cat")]
    told = ["--class", "bird,cat", *SETTINGS]
    said = call("discriminator", pets, *zips, *told, "--out", tmp_path / "fixed")
    assert "of its own images, of bird and cat alone" in said
    call("discriminator", pets, pets, pets, "--source-class", "bird,cat", *told, "--out", tmp_path / "fresh")
    one = call("discriminator", pets, zips[1], "--class", 0, *SETTINGS, "--out", tmp_path / "one")
    assert "of cat alone" in one
    for name, still in (("fixed", [1]), ("fresh", [1]), ("one", [1, 2])):
        whole = load(tmp_path / name)
        assert same(whole.G, load(pets).G)
        assert tuple(whole.classes) == CLASSES
        columns = whole.D["mapping.embed.weight"]
        begun = begin(pets).D["mapping.embed.weight"]
        assert [k for k in range(3) if torch.equal(columns[:, k], begun[:, k])] == still
    call("widen", tmp_path / "fixed", "--class", "bird,cat", "--classes", "cat,bird,face", "--position", "bird,cat",
         "--out", tmp_path / "wide")  # fmt: skip
    whole, wide = load(tmp_path / "fixed"), load(tmp_path / "wide")
    images = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    for own, place in ((2, 1), (0, 0)):
        before = whole.discriminator()(images, torch.eye(3)[[own] * 4])
        torch.testing.assert_close(
            wide.discriminator()(images, torch.eye(3)[[place] * 4]), before, rtol=1e-4, atol=1e-4
        )


def begin(path):
    """A training of no steps."""
    options = ["--class", "dog", "--kimg", 0, "--settings", "{batch_size: 8, precision: fp32}"]
    call("discriminator", path, path, "--source-class", "dog", *options, "--out", path.with_name("begun"))
    return load(path.with_name("begun"))


def test_a_training_that_was_stopped_goes_on(pets, tmp_path):
    """With the budget raised the rest is trained, and comes out as if it had been trained in one go."""
    drawn = synthesize(pets, tmp_path / "x.zip", "--class", "dog")
    told = ["discriminator", pets, drawn, "--class", "dog", "--settings", "{batch_size: 8, precision: fp32}", "--kimg"]
    call(*told, 0.016, "--out", tmp_path / "twice")
    assert "continuing at 0.016 kimg" in call(*told, 0.032, "--out", tmp_path / "twice")
    call(*told, 0.032, "--out", tmp_path / "once")
    assert same(load(tmp_path / "twice").D, load(tmp_path / "once").D)


def test_what_does_not_fit_is_refused(pets, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "whole")
    for arguments, message in (
        ([tmp_path / "whole", pets], "whole: it has a discriminator, and a new one is for a model that has none"),
        ([pets, pets], "--class: expected one of cat, dog, bird"),
        ([pets, pets, pets, "--class", "dog"], r"IMAGES: expected one for each class of .*pets \(dog\), found 2"),
        ([pets, pets, pets, "--class", "dog,1"], "--class: expected different classes of .*pets, found dog,1"),
        ([pets, pets, "--class", "dog", "--source-class", "dog,cat"], "expected one for each of 1 classes, found 2"),
    ):
        with pytest.raises(CocktailError, match=message):
            call("discriminator", *arguments, *SETTINGS, "--out", tmp_path / "x")
        assert not (tmp_path / "x").exists()
