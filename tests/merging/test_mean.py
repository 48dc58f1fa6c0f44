"""Averaging: identities of the mean."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.mean import mean
from tests.conftest import TINY


@settings(max_examples=15, deadline=None)
@given(n=st.integers(1, 7))
def test_a_model_averaged_with_itself_is_itself(n):
    model = Model.random(TINY, 0)
    found = mean([model] * n)
    for part in ("G", "D"):
        assert all(torch.equal(v, getattr(found, part)[k]) for k, v in getattr(model, part).items())


def test_mean_of_every_parameter_and_buffer():
    a, b = Model.random(TINY, 0), Model.random(TINY, 1)
    found = mean([a, b])
    assert found.G.keys() == a.G.keys()
    assert "synthesis.b4.conv1.noise_const" in found.G
    for k in a.G:
        torch.testing.assert_close(found.G[k], (a.G[k] + b.G[k]) / 2)


def test_different_architectures_are_refused_by_tensor_and_shapes():
    a, b = Model.random(TINY, 0), Model.random(TINY.model_copy(update={"z_dim": 8}), 0)
    with pytest.raises(CocktailError, match=r"G.mapping.fc0.weight is \(16, 16\).*\(16, 8\) in model 2"):
        mean([a, b])


@pytest.mark.parametrize("part", ["G", "D"])
def test_a_tensor_that_one_lacks_is_refused(part):
    a, name = Model.random(TINY, 0), {"G": "synthesis.b4.const", "D": "b4.out.bias"}[part]
    b = replace(a, **{part: {key: value for key, value in getattr(a, part).items() if key != name}})
    for models, told in (([a, b], "in the first model and none"), ([b, a], "none in the first model and")):
        with pytest.raises(CocktailError, match=f"tensor {part}.{name} is .*{told}"):
            mean(models)


@pytest.mark.parametrize(("name", "a", "b"), [("conv_clamp", None, 256.0), ("mbstd_group_size", 4, None)])
def test_settings_that_no_shape_shows_are_compared_too(name, a, b):
    one, two = (Model.random(TINY.model_copy(update={name: value}), 0) for value in (a, b))
    with pytest.raises(CocktailError, match=f"unlike networks.*{name} is {a} in the first model and {b} in model 3"):
        mean([one, one, two])


def test_the_discriminator_is_the_mean_of_those_that_there_are():
    a, b, c = (Model.random(TINY, k) for k in range(3))
    drawn = Model(TINY.model_copy(update={"mbstd_group_size": None}), b.G)  # what G tells not of D is the default
    for models in ([a, drawn, c], [drawn, a, c]):
        found, whole = mean(models), mean([a, b, c])
        torch.testing.assert_close(found.G, whole.G)
        torch.testing.assert_close(found.D, mean([a, c]).D)
        assert found.network == TINY
    assert mean([drawn, drawn]).D == {}


def test_a_setting_that_says_its_default_is_no_difference():
    spelt = TINY.model_copy(update={"embed_dim": 16, "class_dim": 16, "discriminator_channel_max": 16, "c_dim": 2})
    plain = TINY.model_copy(update={"c_dim": 2})
    assert mean([Model.random(spelt, 0), Model.random(plain, 0)]).network.differences(plain) == {}


def test_class_settings_do_not_count_where_there_are_no_classes():
    other = TINY.model_copy(update={"class_mapping_layers": 8})
    mean([Model.random(TINY, 0), Model.random(other, 0)])
    assert TINY.differences(other) == {"class_mapping_layers": (2, 8)}


def test_classes_keep_their_names():
    model = Model.random(TINY.model_copy(update={"c_dim": 2}), 0)
    assert mean([model, replace(model, classes=("cat", "dog"))]).classes == ("cat", "dog")
    assert mean([model, model]).classes == ()
