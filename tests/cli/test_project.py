"""gan-cocktail project: an image that the model itself draws is found again."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from gan_cocktail.applications.projection import in_class, with_own_means
from gan_cocktail.applications.projection import project as find
from gan_cocktail.applications.seeds import draw_seeds
from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import load, save
from gan_cocktail.checkpoints.truncation import W_AVG, class_means
from gan_cocktail.cli.project import project
from gan_cocktail.data.images import png
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.tensors import load_tensors
from tests.conftest import ROOT, SHIPPED

STEPS = 60


@pytest.fixture(scope="module")
def union(tmp_path_factory):
    """A source of faces as class 1 of two."""
    folder = tmp_path_factory.mktemp("projection")
    source = load(ROOT / "resources/sources/face/model.safetensors")
    model = widen(source, ["cat", "face"], 1, 0)
    save(model, folder / "union.safetensors")
    (image,) = draw_seeds(model.generator(), 1, [3], psi=0.7)
    (folder / "image.png").write_bytes(png(image))
    return folder


def call(folder, out, **options):
    defaults = {"class_": "face", "steps": STEPS, "weights": SHIPPED, "seed": 0}
    project(folder / "image.png", folder / "union.safetensors", out, **defaults | options)
    return out


def test_what_the_model_draws_is_found_again_and_drawn_in_every_class(union, tmp_path):
    out = call(union, tmp_path / "out")
    assert sorted(path.name for path in out.iterdir()) == ["cat.png", "face.png", "projection.png", "w.safetensors"]
    tensors, facts = load_tensors(out / "w.safetensors", "w")
    perceptual, model = load_perceptual(SHIPPED, torch.device("cpu")), load(union / "union.safetensors")
    pixels = [torch.from_numpy(np.array(Image.open(path))) for path in (union / "image.png", out / "face.png")]
    target, found = (image.permute(2, 0, 1)[None] for image in pixels)
    mean = draw_seeds(model.generator(), 1, [0], psi=0.0)
    distance = float(perceptual.distance(found, target))
    assert distance < 0.6 * float(perceptual.distance(mean, target))
    assert facts["info"]["distance"] == pytest.approx(distance, rel=0.1)  # of images that are not rounded
    assert (found.int() - target).abs().float().mean() < 0.5 * (mean.int() - target).abs().float().mean()
    assert tensors["w"].shape == (1, model.network.w_dim)


def test_the_same_image_gives_the_same_bytes(union, tmp_path):
    one, other = (call(union, tmp_path / name, steps=5) for name in "ab")
    assert [path.read_bytes() for path in sorted(one.iterdir())] == [p.read_bytes() for p in sorted(other.iterdir())]


def test_another_class_keeps_the_place_about_its_mean(union):
    G = load(union / "union.safetensors").generator()
    means = G.mapping.get_buffer("w_avg")
    w = means[1:] + torch.randn(1, G.w_dim)
    assert torch.allclose(in_class(G, w, 1, 0) - means[0], w - means[1], atol=1e-5)
    assert torch.equal(in_class(G, w, 1, 1), w + means[1] - means[1])


def test_of_another_program_s_model_each_class_is_drawn_about_its_own_mean(union, tmp_path):
    """Its file has one mean of w for all classes."""
    out, path = tmp_path / "out", ROOT.parent / "shared/checkpoints/ada-cifar-32-cond10.pkl"
    if not path.exists():
        pytest.skip("needs shared/")
    project(union / "image.png", path, out, "3", 2, SHIPPED, "shipped", 0)
    assert len({(out / f"{k}.png").read_bytes() for k in range(10)}) == 10


def test_means_are_computed_where_one_stands_for_all_classes(union):
    model = load(union / "union.safetensors")
    assert with_own_means(model) is model
    alike = replace(model, G=model.G | {W_AVG: model.G[W_AVG].mean(0).repeat(2, 1)})
    assert torch.equal(with_own_means(alike).G[W_AVG], class_means(model.network, model.G))


def test_noise_stays_noise(union):
    """Each layer has mean 0 and mean square 1, so that the picture is in w."""
    model = load(union / "union.safetensors")
    (target,) = draw_seeds(model.generator(), 1, [3])
    found = find(model.generator(), target, 1, load_perceptual(SHIPPED, torch.device("cpu")), 5, 0)
    for layer in found.noise:
        assert float(layer.mean()) == pytest.approx(0, abs=1e-5)
        assert float(layer.square().mean()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("none.png", {}, "none.png: no such file"),
        ("text.png", {}, "text.png: expected an image"),
        ("image.png", {"class_": "dog"}, "--class"),
    ],
)
def test_a_mistake_is_one_sentence(union, tmp_path, name, options, message):
    (union / "text.png").write_text("no image")
    defaults = {"class_": "face", "steps": 1, "weights": SHIPPED, "seed": 0}
    with pytest.raises(CocktailError, match=message):
        project(Path(union / name), union / "union.safetensors", tmp_path / "out", **defaults | options)
    assert not (tmp_path / "out").exists()


def test_without_the_package_lpips_a_sentence_says_what_to_install(union, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "lpips", None)
    with pytest.raises(CocktailError, match="package lpips, which is not installed; pip install"):
        call(union, tmp_path / "out", distance="lpips")
    assert not (tmp_path / "out").exists()
