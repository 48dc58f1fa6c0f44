"""Widening: a source's function does not change."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.checkpoints.truncation import W_AVG
from gan_cocktail.errors import CocktailError
from tests.conftest import TINY
from tests.networks.test_networks import close, lively, networks


def label(n_classes, position, n=8):
    return torch.eye(n_classes)[[position] * n]


def draw(model, c):
    z = torch.randn(8, model.network.z_dim, generator=torch.Generator().manual_seed(1))
    G = model.generator()
    return G(z, c, G.synthesis.constant_noise(8))


def judge(model, c):
    images = torch.randn(8, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    return model.discriminator()(images, c)


@settings(max_examples=40, deadline=None)
@given(network=networks(c_dim=0, img_channels=3, img_resolution=16), n=st.integers(1, 7), data=st.data())
def test_an_unconditional_source_draws_and_judges_as_before(network, n, data):
    source, seed = lively(network, 0), data.draw(st.integers(0, 2**32))
    position = data.draw(st.integers(0, n - 1))
    wide = widen(source, n, position, seed)
    close(draw(wide, label(n, position)), draw(source, None))
    everywhere = n <= TINY.class_width and network.class_width >= 16  # wide enough to part the classes well
    for k in range(n) if everywhere else [position]:  # D starts without an opinion on any class
        close(judge(wide, label(n, k)), judge(source, None))


def test_a_shipped_size_of_source_has_no_opinion_on_any_class():
    source = lively(TINY, 0)
    wide = widen(source, 7, 2, 1)
    for k in range(7):
        torch.testing.assert_close(judge(wide, label(7, k)), judge(source, None), rtol=1e-3, atol=1e-3)


@settings(max_examples=40, deadline=None)
@given(network=networks(img_channels=3, img_resolution=16), n=st.integers(1, 5), data=st.data())
def test_a_source_of_classes_keeps_the_chosen_one_as_its_own(network, n, data):
    network = network.model_copy(update={"c_dim": max(1, network.c_dim)})
    source = lively(network, 0)
    chosen, position = data.draw(st.integers(0, network.c_dim - 1)), data.draw(st.integers(0, n - 1))
    wide = widen(source, n, position, 0, chosen)
    close(draw(wide, label(n, position)), draw(source, label(network.c_dim, chosen)))
    close(judge(wide, label(n, position)), judge(source, label(network.c_dim, chosen)))


@settings(max_examples=40, deadline=None)
@given(network=networks(img_channels=3, img_resolution=16), c=st.integers(1, 5), data=st.data())
def test_a_source_of_several_domains_keeps_each_in_its_place(network, c, data):
    """From c classes, any of them, to any places of n."""
    source = lively(network.model_copy(update={"c_dim": c}), 0)
    labels = data.draw(st.permutations(range(c)))[: data.draw(st.integers(1, c))]
    n = data.draw(st.integers(len(labels), 7))
    positions = data.draw(st.permutations(range(n)))[: len(labels)]
    wide = widen(source, n, positions, 0, labels)
    for own, position in zip(labels, positions, strict=True):
        close(draw(wide, label(n, position)), draw(source, label(c, own)))
        close(judge(wide, label(n, position)), judge(source, label(c, own)))
        if c > 1:
            assert torch.equal(wide.G[W_AVG][position], source.G[W_AVG][own])


def test_every_class_has_a_position():
    with pytest.raises(CocktailError, match="expected a position for each of 2 classes, found 1"):
        widen(Model.random(TINY.model_copy(update={"c_dim": 3}), 0), 3, 0, 0, [0, 1])


def test_other_classes_are_told_apart(tiny):
    wide = widen(tiny, 2, 0, 0)
    own, other = (draw(wide, label(2, k)) for k in (0, 1))
    assert (own - other).abs().mean() > 0.01 * own.abs().mean()


def test_new_weights_depend_on_the_seed_alone(tiny):
    a, b = widen(tiny, 2, 0, 7), widen(Model.random(TINY, 1), 2, 1, 7)
    assert torch.equal(a.G["mapping.embed.weight"], b.G["mapping.embed.weight"])
    assert torch.equal(a.D["mapping.fc0.weight"], b.D["mapping.fc0.weight"])


def test_a_source_of_several_classes_is_refused():
    source = replace(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), classes=("cat", "dog"))
    with pytest.raises(CocktailError, match=r"the source has 2 classes \(cat, dog\).* its domain: say which"):
        widen(source, 3, 0, 0)


def test_a_source_of_one_class_needs_no_label():
    source = lively(TINY.model_copy(update={"c_dim": 1}), 0)
    close(draw(widen(source, 3, 2, 0), label(3, 2)), draw(source, label(1, 0)))


def test_classes_and_what_is_known_of_the_source_are_kept(tiny):
    wide = widen(replace(tiny, info={"kind": "cats"}), ["cat", "dog"], 0, 0)
    assert (wide.classes, wide.info, wide.network.c_dim) == (("cat", "dog"), {"kind": "cats"}, 2)
    assert widen(tiny, 2, 0, 0).classes == ()


@pytest.mark.parametrize("c_dim", [0, 2])
def test_a_leaf_may_lack_its_discriminator_and_the_root_may_not(c_dim):
    source = replace(lively(TINY.model_copy(update={"c_dim": c_dim}), 0), D={})
    with pytest.raises(CocktailError, match="discriminator"):
        widen(source, 2, 0, 0, 0)
    wide = widen(source, 2, 0, 0, 0, leaf=True)
    assert wide.D == {}
    close(draw(wide, label(2, 0)), draw(source, label(2, 0) if c_dim else None))


def test_new_columns_of_the_first_layer_are_of_its_initial_scale(tiny):
    """Stored weights of the mapping network are N(0, 1) over 0.01."""
    new = widen(tiny, 2, 0, 0).G["mapping.fc0.weight"][:, TINY.z_dim :]
    assert 80 < new.std() < 120  # of 256 numbers: 4 standard deviations
