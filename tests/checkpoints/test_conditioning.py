"""Widening: a source's function does not change."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from tests.conftest import TINY


def label(n_classes, position, n=8):
    return torch.eye(n_classes)[[position] * n]


def draw(model, c):
    z = torch.randn(8, model.network.z_dim, generator=torch.Generator().manual_seed(1))
    G = model.generator()
    return G(z, c, G.synthesis.constant_noise(8))


def judge(model, c):
    images = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    return model.discriminator()(images, c)


@settings(max_examples=20, deadline=None)
@given(n=st.integers(2, 7), data=st.data(), seed=st.integers(0, 2**32))
def test_an_unconditional_source_draws_and_judges_as_before(n, data, seed):
    source = Model.random(TINY, seed)
    position = data.draw(st.integers(0, n - 1))
    wide = widen(source, n, position, seed)
    torch.testing.assert_close(draw(wide, label(n, position)), draw(source, None), rtol=1e-4, atol=1e-4)
    for k in range(n):  # D starts without an opinion on any class
        torch.testing.assert_close(judge(wide, label(n, k)), judge(source, None), rtol=1e-3, atol=1e-3)


def test_a_source_of_one_class_keeps_it_as_its_own():
    source = Model.random(TINY.model_copy(update={"c_dim": 1}), 0)
    wide = widen(source, 3, 1, 0)
    torch.testing.assert_close(draw(wide, label(3, 1)), draw(source, label(1, 0)), rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(judge(wide, label(3, 1)), judge(source, label(1, 0)), rtol=1e-4, atol=1e-4)


def test_other_classes_are_told_apart(tiny):
    wide = widen(tiny, 2, 0, 0)
    own, other = (draw(wide, label(2, k)) for k in (0, 1))
    assert (own - other).abs().mean() > 0.01 * own.abs().mean()


def test_new_weights_depend_on_the_seed_alone(tiny):
    a, b = widen(tiny, 2, 0, 7), widen(Model.random(TINY, 1), 2, 1, 7)
    assert torch.equal(a.G["mapping.embed.weight"], b.G["mapping.embed.weight"])
    assert torch.equal(a.D["mapping.fc0.weight"], b.D["mapping.fc0.weight"])


def test_a_source_of_several_classes_is_refused():
    with pytest.raises(CocktailError, match="2 classes"):
        widen(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), 3, 0, 0)
