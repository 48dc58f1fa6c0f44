"""Sizes of networks by arithmetic: those of the networks themselves."""

import pytest
import torch
from hypothesis import given, settings

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.networks.discriminator import Discriminator
from gan_cocktail.networks.generator import Generator
from gan_cocktail.networks.shapes import shapes
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.plan.sizes import discriminator_size, drawn_features, generator_size
from tests.conftest import TINY
from tests.networks.test_networks import networks


def count(build, network):
    return sum(torch.Size(shape).numel() for shape in shapes(build, network).values())


@settings(max_examples=40, deadline=None)
@given(network=networks())
def test_weights_are_counted_as_they_are(network):
    assert generator_size(network).weights == count(Generator, network)
    assert discriminator_size(network).weights == count(Discriminator, network)


def test_the_published_network_at_1024_has_the_size_that_is_known():
    network = NetworkParams(
        img_resolution=1024, z_dim=512, w_dim=512, mapping_layers=8, channel_base=32768, channel_max=512
    )
    assert generator_size(network).weights - 2796202 == pytest.approx(30.37e6, rel=1e-3)  # but for constant noise
    assert discriminator_size(network).weights == pytest.approx(29.01e6, rel=1e-3)


def test_images_are_drawn_as_few_at_a_time_as_their_largest_layer_says():
    for resolution, base in ((16, 128), (64, 4096)):
        network = TINY.model_copy(update={"img_resolution": resolution, "channel_base": base, "channel_max": 512})
        G = Model.random(network, 0).generator()
        largest = []
        for module in G.synthesis.modules():
            if hasattr(module, "noise_const"):
                module.register_forward_hook(lambda m, i, o, seen=largest: seen.append(o[0].numel()))
        G(torch.randn(1, 16), None)
        assert max(largest) == drawn_features(network)
