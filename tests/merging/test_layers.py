"""Weights by layer: what names what, and the layer swap."""

import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.layers import by_layers, is_named
from gan_cocktail.params.ways import Layers
from tests.conftest import TINY
from tests.networks.test_networks import lively

MODELS = [lively(TINY, seed) for seed in range(2)]


def swap(layers, weights=None):
    return by_layers(Ingredients(MODELS), Layers(layers=layers, weights=weights))


@pytest.mark.parametrize(
    ("where", "named"),
    [
        ("8", ["G.synthesis.b8.conv0.weight", "D.b8.fromrgb.bias"]),
        ("-8", ["G.synthesis.b4.const", "G.synthesis.b8.conv0.weight", "D.b8.fromrgb.bias", "D.b4.out.weight"]),
        ("8-", ["G.synthesis.b8.conv0.weight", "G.synthesis.b128.torgb.affine.bias", "D.b8.fromrgb.bias"]),
        ("8-64", ["G.synthesis.b8.conv0.weight", "D.b8.fromrgb.bias"]),
        ("D.-8", ["D.b8.fromrgb.bias", "D.b4.out.weight"]),
        ("mapping", ["G.mapping.fc0.weight", "G.mapping.w_avg", "D.mapping.embed.weight"]),
        ("G.mapping", ["G.mapping.fc0.weight", "G.mapping.w_avg"]),
        ("D", ["D.b8.fromrgb.bias", "D.b4.out.weight", "D.mapping.embed.weight"]),
        ("G", ["G.mapping.fc0.weight", "G.mapping.w_avg", "G.synthesis.b4.const", "G.synthesis.b8.conv0.weight",
               "G.synthesis.b128.torgb.affine.bias"]),
        ("synthesis.b8.conv0.weight", ["G.synthesis.b8.conv0.weight"]),
        ("G.synthesis.b8.conv0.weight", ["G.synthesis.b8.conv0.weight"]),
        ("synthesis.b8.con", []),
        ("b1", []),
    ],
)  # fmt: skip
def test_what_layers_name(where, named):
    names = [
        "G.mapping.fc0.weight", "G.mapping.w_avg", "G.synthesis.b4.const", "G.synthesis.b8.conv0.weight",
        "G.synthesis.b128.torgb.affine.bias", "D.b8.fromrgb.bias", "D.b4.out.weight", "D.mapping.embed.weight",
    ]  # fmt: skip
    assert [name for name in names if is_named(name, where)] == named


def test_a_swap_takes_coarse_layers_of_the_one_and_fine_ones_of_the_other_bit_for_bit():
    swapped = swap("4-8=1,0 16-=0,1 mapping=0.5,0.5")
    for name, value in swapped.G.items():
        if name.startswith("synthesis"):
            source = MODELS[name.startswith("synthesis.b16")]
            assert torch.equal(value, source.G[name]), name
        else:
            torch.testing.assert_close(value, (MODELS[0].G[name] + MODELS[1].G[name]) / 2)
    assert torch.equal(swapped.D["b16.conv0.weight"], MODELS[1].D["b16.conv0.weight"])
    assert torch.equal(swapped.D["b4.out.weight"], MODELS[0].D["b4.out.weight"])


def test_features_of_the_coarse_layers_are_those_of_the_one():
    """With all else the one's too, the image of the skip generator differs by the fine layers' part alone."""
    swapped = swap("16=0,1", [1, 0])
    pictures = []
    for model in (swapped, MODELS[0]):
        G = model.generator()
        ws = G.mapping(torch.randn(2, 16, generator=torch.Generator().manual_seed(0)), None)
        for layer in ("b16.torgb.weight", "b16.torgb.bias"):
            G.synthesis.get_parameter(layer).zero_()
        pictures.append(G.synthesis(ws, "const"))
    torch.testing.assert_close(*pictures)
    assert not torch.equal(swapped.G["synthesis.b16.conv0.weight"], MODELS[0].G["synthesis.b16.conv0.weight"])


def test_the_last_that_names_a_layer_decides():
    swapped = swap("-16=1,0 8=0,1")
    assert torch.equal(swapped.G["synthesis.b8.conv0.weight"], MODELS[1].G["synthesis.b8.conv0.weight"])
    assert torch.equal(swapped.G["synthesis.b16.conv0.weight"], MODELS[0].G["synthesis.b16.conv0.weight"])


def test_a_mapping_of_yaml_is_the_same():
    one, other = swap("4=1,0 mapping=1,3"), swap({4: [1, 0], "mapping": "1,3"})
    assert all(torch.equal(value, other.G[name]) for name, value in one.G.items())


@pytest.mark.parametrize("where", ["32", "64-", "maping", "-", "G.b4"])
def test_layers_that_there_are_not_are_refused(where):
    with pytest.raises(CocktailError, match=f"layers: '{where}' names no layer; .*Resolutions here: 4, 8, 16"):
        swap(f"{where}=1,0")


def test_a_weight_a_model_in_each():
    with pytest.raises(CocktailError, match="weights: expected 2, one for each model in order, found 1"):
        by_layers(Ingredients([Model.random(TINY, 0)] * 2), Layers(layers="4=1"))
