"""Symmetries of the networks, and the way back from a hidden permutation."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.aligned import aligned, aligned_mean
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.symmetries import channels, permuted
from gan_cocktail.params.ways import Aligned
from tests.conftest import TINY
from tests.networks.test_networks import lively

NETWORKS = [
    TINY.model_copy(update={"generator": generator, "discriminator": discriminator} | more)
    for generator, discriminator, more in (
        ("skip", "resnet", {}),
        ("skip", "resnet", {"c_dim": 3}),
        ("resnet", "skip", {"c_dim": 2, "embed_dim": 5, "mapping_dim": 7, "mapping_layers": 3}),
        ("orig", "orig", {"c_dim": 2, "class_mapping_layers": 0, "mapping_layers": 1}),
        (
            "resnet",
            "orig",
            {
                "channel_base": 64,
                "discriminator_channel_base": 128,
                "discriminator_channel_max": 64,
                "mbstd_channels": 2,
            },
        ),
        ("orig", "skip", {"c_dim": 1, "mapping_dim": 7}),
        ("skip", "skip", {"mbstd_channels": 0, "c_dim": 2, "class_dim": 6, "class_embed_dim": 9}),
        ("skip", "resnet", {"c_dim": 2, "class_mapping_layers": 3, "class_mapping_dim": 5, "img_channels": 1}),
    )
]
each_network = pytest.mark.parametrize("network", NETWORKS, ids=lambda n: f"{n.generator}-{n.discriminator}-{n.c_dim}")


def shuffled(model, seed):
    """The same model with all channels in another order, and how many groups of them changed."""
    rng = torch.Generator().manual_seed(seed)
    states = {"G": model.G, "D": model.D}
    for part, groups in channels(model.network).items():
        for group in groups:
            states[part] = permuted(states[part], group, torch.randperm(group.size, generator=rng))
    return replace(model, **states)


def drawn(model):
    """Images and logits of some latents."""
    n, G, D = 4, model.generator(), model.discriminator()
    z = torch.randn(n, G.z_dim, generator=torch.Generator().manual_seed(0))
    c = F.one_hot(torch.arange(n) % G.c_dim, G.c_dim).float() if G.c_dim else None
    images = G(z, c, "const", psi=0.5)
    return images, D(images, c)


@each_network
def test_groups_hold_all_channels_of_what_writes_them(network):
    model = Model.random(network, 0)
    for part, groups in channels(network).items():
        for group in groups:
            for axis in group.axes:
                size = getattr(model, part)[axis.name].shape[axis.dim]
                if axis.dim == 0:
                    assert (axis.offset, group.size * axis.width) == (0, size), axis
                assert axis.offset + group.size * axis.width <= size, axis


@each_network
def test_a_permuted_network_equals_the_original_in_function(network):
    model = lively(network, 0)
    other = shuffled(model, 1)
    for one, two in zip(drawn(model), drawn(other), strict=True):
        torch.testing.assert_close(one, two, atol=1e-4, rtol=1e-4)


@each_network
def test_every_weight_that_touches_channels_is_permuted(network):
    model = lively(network, 0)
    other = shuffled(model, 1)
    kept = {"b4.out.bias"} if not network.c_dim else set()
    kept |= {"b8.conv1.bias"} if network.mbstd_channels > 1 else set()  # deviations are of parts of these channels
    for part in "GD":
        for name, value in getattr(model, part).items():
            fixed = name.endswith(("noise_const", "noise_strength", "torgb.bias")) or (part == "D" and name in kept)
            assert torch.equal(value, getattr(other, part)[name]) == fixed, f"{part}.{name}"


@each_network
def test_a_hidden_permutation_is_found_back(network):
    """By the first pass alone, for what has no place yet is left out of it."""
    model = lively(network, 0)
    found = aligned(shuffled(model, 1), model, 0)
    for part in "GD":
        for name, value in getattr(model, part).items():
            assert torch.equal(value, getattr(found, part)[name]), f"{part}.{name}"


@each_network
def test_aligning_changes_no_function(network):
    one, other = lively(network, 0), lively(network, 1)
    found = aligned(other, one, 50)
    for a, b in zip(drawn(other), drawn(found), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)
    assert apart(found, one) < apart(other, one)


@each_network
def test_each_sweep_brings_unrelated_networks_nearer(network):
    one, other = lively(network, 0), lively(network, 1)
    none, first, all_ = (apart(aligned(other, one, sweeps), one) for sweeps in (0, 1, 50))
    assert none > first > all_


def test_each_tensor_counts_alike_whatever_its_size():
    one, other = lively(TINY, 0), lively(TINY, 1)
    name = "synthesis.b8.conv1.weight"
    larger = replace(other, G=other.G | {name: 1000 * other.G[name]})
    found, wanted = aligned(larger, one, 50).G, aligned(other, one, 50).G
    assert torch.equal(found[name], 1000 * wanted[name])
    assert all(torch.equal(value, found[key]) for key, value in wanted.items() if key != name)


def apart(one, other):
    """Mean over tensors of the squared distance, relative to norms."""
    pairs = [(one.G[k], other.G[k]) for k in one.G] + [(one.D[k], other.D[k]) for k in one.D]
    return sum(
        float((F.normalize(a.flatten(), dim=0) - F.normalize(b.flatten(), dim=0)).square().sum()) for a, b in pairs
    )


def test_the_aligned_mean_of_a_shuffled_copy_is_the_model():
    model = lively(NETWORKS[1], 0)
    merged = aligned_mean(Ingredients([shuffled(model, 1), model, shuffled(model, 2)], root=1), Aligned())
    for part in "GD":
        for name, value in getattr(model, part).items():
            assert torch.equal(value, getattr(merged, part)[name]), name


def test_noisy_copies_are_found_back_too():
    """Kin in another order: what training did to them is less than what tells channels apart."""
    model = lively(NETWORKS[0], 0)
    noisy = replace(model, G={k: v + 0.1 * torch.randn_like(v) * v.std(correction=0) for k, v in model.G.items()})
    found = aligned(shuffled(noisy, 1), model, 50)
    torch.testing.assert_close(found.G, noisy.G, rtol=0, atol=0)
