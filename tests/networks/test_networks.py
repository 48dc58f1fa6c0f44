"""Properties of the networks that hold at every size."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.discriminator import minibatch_stddev
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams
from tests.conftest import TINY
from tests.networks import plain


@st.composite
def networks(draw, **fixed):
    """Any architecture: widths, connections, clamps, class vectors, deviations."""
    resolution = draw(st.sampled_from([16, 32, 64]))
    few, width = st.integers(1, 9), st.none() | st.integers(1, 9)
    chosen = {
        "img_resolution": resolution,
        "img_channels": draw(st.sampled_from([1, 3])),
        "z_dim": draw(few),
        "w_dim": draw(few),
        "c_dim": draw(st.integers(0, 3)),
        "mapping_layers": draw(st.integers(1, 3)),
        "class_mapping_layers": draw(st.integers(0, 3)),
        "channel_base": draw(st.integers(64, 256)),
        "channel_max": draw(few),
        "discriminator": draw(st.sampled_from(["resnet", "skip", "orig"])),
        "conv_clamp": draw(st.sampled_from([None, 0.1, 256.0])),
        "mbstd_group_size": draw(st.sampled_from([None, 1, 2, 4, 8])),
        "generator": draw(st.sampled_from(["skip", "resnet", "orig"])),
        "embed_dim": draw(width),
        "mapping_dim": draw(width),
        "discriminator_channel_base": draw(st.none() | st.integers(64, 256)),
        "discriminator_channel_max": draw(width),
        "class_dim": draw(width),
        "class_embed_dim": draw(width),
        "class_mapping_dim": draw(width),
    } | fixed
    channels = NetworkParams(**chosen | {"class_mapping_layers": 1}).discriminator_channels(4)
    chosen["mbstd_channels"] = draw(st.sampled_from([k for k in range(4) if not k or channels % k == 0]))
    if not chosen["class_mapping_layers"]:
        chosen["class_embed_dim"] = None
    return NetworkParams(**chosen)


def lively(network, seed):
    """Random weights, none of them 0 or 1 as they are at first."""
    model, rng = Model.random(network, seed), torch.Generator().manual_seed(seed)
    for state in (model.G, model.D):
        for name, value in state.items():
            if value.abs().max() == 0 or "bias" in name:
                state[name] = value + torch.randn(value.shape, generator=rng)
    return model


@settings(max_examples=25, deadline=None)
@given(network=networks())
def test_any_shape_of_network_draws_and_judges(network):
    model = Model.random(network, 0)
    z, c = torch.randn(4, network.z_dim), torch.eye(network.c_dim)[[0] * 4] if network.c_dim else None
    with torch.no_grad():
        images = model.generator()(z, c)
        logits = model.discriminator()(images, c)
    assert images.shape == (4, *network.img_shape)
    assert logits.shape == (4,)
    assert images.isfinite().all()
    assert logits.isfinite().all()


@settings(max_examples=60, deadline=None)
@given(network=networks(), seed=st.integers(0, 2**32))
def test_every_network_equals_its_definition(network, seed):
    model, n = lively(network, seed), 4
    z = torch.randn(n, network.z_dim)
    c = torch.eye(network.c_dim)[torch.arange(n) % network.c_dim] if network.c_dim else None
    with torch.no_grad():
        G, D = model.generator(), model.discriminator()
        noise = G.synthesis.draw_noise(n, torch.Generator().manual_seed(seed))
        w = G.mapping(z, c)
        images = G.synthesis(w, noise)
        wanted = plain.generate(network, model.G, w, noise)
        logits = plain.judge(network, model.D, images, c)
    close(w, plain.mapping(model.G, z, c, network.mapping_layers))
    close(images, wanted)
    close(D(images, c), logits)


def close(found, wanted):
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4 * float(wanted.abs().max().clamp_min(1)))


@pytest.mark.parametrize("discriminator", ["resnet", "skip"])
def test_the_published_discriminators_do_not_clamp_everywhere(discriminator):
    """What passes the shortcut of `resnet`, or the last fromrgb of `skip`, is not bounded."""
    network = NetworkParams(img_resolution=16, channel_base=64, channel_max=4, conv_clamp=0.5)
    network = network.model_copy(update={"discriminator": discriminator})
    D = lively(network, 0).discriminator()
    seen = []
    name = "b8.skip" if discriminator == "resnet" else "b4.fromrgb"
    D.get_submodule(name).register_forward_hook(lambda module, inputs, output: seen.append(output))
    with torch.no_grad():
        for parameter in D.get_submodule(name).parameters():
            parameter.mul_(100)
        D(torch.ones(4, 3, 16, 16), None)
    assert seen[0].abs().max() > 0.5


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"discriminator_channel_base": 8}, "discriminator_channel_base .8. must be at least"),
        ({"class_mapping_layers": 0, "class_embed_dim": 3}, "class_embed_dim .3. must be class_dim .64."),
        ({"mbstd_channels": 7}, "mbstd_channels .7. must divide the discriminator's 64 channels"),
    ],
)
def test_settings_that_do_not_fit_are_explained(settings, message):
    with pytest.raises(CocktailError, match=message):
        parse_section(NetworkParams, settings, "network")


def test_a_common_network_is_described_as_ever_and_a_rare_one_completely():
    assert "generator" not in NetworkParams().model_dump()
    rare = NetworkParams(generator="resnet", mbstd_channels=0, class_dim=8)
    assert {"generator", "mbstd_channels", "class_dim"} <= rare.model_dump().keys()
    assert "embed_dim" not in rare.model_dump()
    assert parse_section(NetworkParams, rare.model_dump(), "network") == rare


def test_minibatch_stddev_is_zero_for_equal_samples_and_counts_spread():
    same = torch.ones(8, 2, 4, 4)
    assert minibatch_stddev(same, 4).abs().max() < 2e-4
    spread = torch.tensor([-1.0, 1.0]).repeat_interleave(4)[:, None, None, None].expand(8, 2, 4, 4)
    assert torch.allclose(minibatch_stddev(spread, 4), torch.ones(8, 1, 4, 4), atol=1e-3)
    with pytest.raises(ValueError, match="groups"):
        minibatch_stddev(torch.ones(6, 1, 4, 4), 4)


def test_noise_is_fresh_unless_said_otherwise():
    G, z = lively(TINY, 0).generator(), torch.randn(4, 16)

    def rng():
        return torch.Generator().manual_seed(7)

    assert not torch.equal(G(z, None), G(z, None))
    assert torch.equal(G(z, None, rng=rng()), G(z, None, G.synthesis.draw_noise(4, rng())))
    torch.manual_seed(5)
    globally = G(z, None)
    torch.manual_seed(5)
    assert torch.equal(globally, G(z, None))
    assert torch.equal(G(z, None, "const"), G(z, None, G.synthesis.constant_noise(4)))
    silent = [torch.zeros_like(each) for each in G.synthesis.constant_noise(4)]
    assert torch.equal(G(z, None, "none"), G(z, None, silent))
    assert (G(z, None) - G(z, None, "none")).abs().mean() > 0.01
    for wrong in (None, "some"):
        with pytest.raises(ValueError, match="noise: expected 'fresh', 'const', 'none' or a tensor a layer"):
            G(z, None, wrong)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_lower_precision_draws_nearly_the_same_images(tiny, dtype):
    G, z = tiny.generator(), torch.randn(8, 16)
    with torch.no_grad():
        exact, rough = G(z, None), G(z, None, dtype=dtype)
    assert (exact - rough).abs().mean() < 0.02 * exact.abs().mean()
