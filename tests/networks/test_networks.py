"""Properties of the networks that hold at every size."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.networks.discriminator import minibatch_stddev
from gan_cocktail.params.network import NetworkParams

NETWORKS = st.builds(
    NetworkParams,
    img_resolution=st.sampled_from([16, 32, 64]),
    img_channels=st.sampled_from([1, 3]),
    z_dim=st.integers(1, 9),
    w_dim=st.integers(1, 9),
    c_dim=st.integers(0, 3),
    mapping_layers=st.integers(1, 3),
    channel_base=st.integers(64, 256),
    channel_max=st.integers(1, 9),
    discriminator=st.sampled_from(["resnet", "skip", "orig"]),
    conv_clamp=st.sampled_from([None, 256.0]),
)


@settings(max_examples=25, deadline=None)
@given(network=NETWORKS)
def test_any_shape_of_network_draws_and_judges(network):
    model = Model.random(network, 0)
    z, c = torch.randn(4, network.z_dim), torch.eye(network.c_dim)[[0] * 4] if network.c_dim else None
    with torch.no_grad():
        images = model.generator()(z, c)
        logits = model.discriminator()(images, c)
    assert images.shape == (4, network.img_channels, network.img_resolution, network.img_resolution)
    assert logits.shape == (4,)
    assert images.isfinite().all()
    assert logits.isfinite().all()


def test_real_and_fake_in_one_pass_are_judged_as_in_two(tiny):
    D = tiny.discriminator()
    a, b = torch.randn(2, 8, 3, 16, 16).unbind()
    with torch.no_grad():
        together = D(torch.cat([a, b]), None, minibatches=2)
        apart = torch.cat([D(a, None), D(b, None)])
    torch.testing.assert_close(together, apart)


def test_minibatch_stddev_is_zero_for_equal_samples_and_counts_spread():
    same = torch.ones(8, 2, 4, 4)
    assert minibatch_stddev(same, 4, 1).abs().max() < 2e-4
    spread = torch.tensor([-1.0, 1.0]).repeat_interleave(4)[:, None, None, None].expand(8, 2, 4, 4)
    assert torch.allclose(minibatch_stddev(spread, 4, 1), torch.ones(8, 1, 4, 4), atol=1e-3)
    with pytest.raises(ValueError, match="groups"):
        minibatch_stddev(torch.ones(6, 1, 4, 4), 4, 1)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_lower_precision_draws_nearly_the_same_images(tiny, dtype):
    G, z = tiny.generator(), torch.randn(8, 16)
    with torch.no_grad():
        exact, rough = G(z, None), G(z, None, dtype=dtype)
    assert (exact - rough).abs().mean() < 0.02 * exact.abs().mean()
