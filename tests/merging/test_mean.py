"""Averaging: identities of the mean."""

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
