"""One class alone: its function does not change."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.exporting.single_class import single_class
from tests.networks.test_networks import close, lively, networks


def draw(model, c, psi):
    z = torch.randn(4, model.network.z_dim, generator=torch.Generator().manual_seed(1))
    return model.generator()(z, c, "const", psi=psi)


def judge(model, c):
    n = model.network
    shape = 4, *n.img_shape
    return model.discriminator()(torch.randn(shape, generator=torch.Generator().manual_seed(2)), c)


@settings(max_examples=40, deadline=None)
@given(network=networks(img_resolution=16), n=st.integers(1, 5), data=st.data())
def test_a_class_draws_judges_and_truncates_as_before(network, n, data):
    union, k = lively(network.model_copy(update={"c_dim": n}), 0), data.draw(st.integers(0, n - 1))
    own, c = single_class(union, k), torch.eye(n)[[k] * 4]
    assert own.network.c_dim == 0
    for psi in (1, 0.5):
        close(draw(own, None, psi), draw(union, c, psi))
    close(judge(own, None), judge(union, c))


@settings(max_examples=20, deadline=None)
@given(network=networks(c_dim=0, img_resolution=16), n=st.integers(1, 5))
def test_widening_and_back_is_the_source(network, n):
    source = lively(network, 0)
    back = single_class(widen(source, n, n - 1, 0), n - 1)
    assert not back.network.differences(source.network)
    for part, other in ((back.G, source.G), (back.D, source.D)):
        assert part.keys() == other.keys()
    close(draw(back, None, 0.7), draw(source, None, 0.7))
