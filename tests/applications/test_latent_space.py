"""Interpolation, swapping and mixing: what they are at their ends, and what must not matter."""

import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.applications.drawing import draw_images, draw_table, map_class
from gan_cocktail.applications.interpolation import interpolate, path
from gan_cocktail.applications.mixing import cross, mix, swap
from gan_cocktail.seeds import latents


@pytest.fixture
def z():
    return latents(4, 16, 0, "test")


def every_layer(w, G):
    return w.unsqueeze(-2).expand(*w.shape[:-1], G.synthesis.num_ws, w.shape[-1])


def test_map_class_is_the_mapping_of_a_one_hot_label(generator, z):
    c = F.one_hot(torch.full((4,), 2), 3).float()
    torch.testing.assert_close(map_class(generator, z, 2), generator.mapping(z, c), rtol=0, atol=0)
    assert not torch.allclose(map_class(generator, z, 0), map_class(generator, z, 1))


def test_an_unconditional_model_has_one_class(tiny, z):
    G = tiny.generator()
    torch.testing.assert_close(map_class(G, z, 0), G.mapping(z, None), rtol=0, atol=0)


def test_images_of_a_seed_share_one_noise(generator, z):
    with torch.no_grad():
        for name, parameter in generator.named_parameters():
            if name.endswith("noise_strength"):
                parameter.fill_(1.0)
    w = map_class(generator, z, 0)
    twice = draw_images(generator, w[:1].expand(3, -1), 5)
    assert torch.equal(twice[0], twice[1])
    assert torch.equal(twice[0], twice[2])
    assert not torch.equal(twice, draw_images(generator, w[:1].expand(3, -1), 6))
    table = draw_table(generator, torch.stack([w, w.flip(0)], 1), 5)
    assert torch.equal(table[:, 0], table[:, 1].flip(0))


def test_interpolation_meets_the_domains_exactly(generator, z):
    images = draw_table(generator, interpolate(generator, z, (0, 2, 1), 4), 0)
    assert images.shape[:2] == (4, 7)
    for column, label in ((0, 0), (3, 2), (6, 1)):
        assert torch.equal(images[:, column], draw_images(generator, map_class(generator, z, label), 0))


def test_interpolation_between_latents_of_one_class(generator, z):
    ws = interpolate(generator, z.view(2, 2, -1), (1, 1), 5)
    assert torch.equal(ws[:, 0], map_class(generator, z[:2], 1))
    assert torch.equal(ws[:, -1], map_class(generator, z[2:], 1))
    torch.testing.assert_close(ws[:, 2], (ws[:, 0] + ws[:, -1]) / 2)


def test_a_path_has_equal_steps_and_reverses():
    stops = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    steps = path(stops, 6).diff(dim=1)
    torch.testing.assert_close(steps, steps[:, :1].expand_as(steps))
    torch.testing.assert_close(path(stops.flip(0), 6), path(stops, 6).flip(1))


def test_swapping_no_layer_and_all_layers_gives_the_pure_domains(generator, z):
    images = draw_table(generator, swap(generator, z, (0, 2)), 0)
    assert images.shape[1] == generator.synthesis.num_ws + 1
    assert torch.equal(images[:, 0], draw_images(generator, map_class(generator, z, 2), 0))
    assert torch.equal(images[:, -1], draw_images(generator, map_class(generator, z, 0), 0))


def test_each_swap_changes_one_layer(generator, z):
    ws = swap(generator, z, (0, 1))
    for k in range(generator.synthesis.num_ws):
        changed = (ws[:, k] != ws[:, k + 1]).any(-1).any(0)
        assert changed.nonzero().flatten().tolist() == [k]


def test_crossing_a_latent_with_itself_is_that_latent(generator, z):
    w = map_class(generator, z, 1)
    for cutoff in range(generator.synthesis.num_ws + 1):
        assert torch.equal(cross(w, w, cutoff, generator.synthesis.num_ws), every_layer(w, generator))


def test_mixing_a_set_with_itself_has_it_on_the_diagonal(generator, z):
    ws = mix(generator, z, z, (1, 1), 3)
    expected = every_layer(map_class(generator, z, 1), generator)
    assert torch.equal(ws[1:, 1:].diagonal().permute(2, 0, 1), expected)
    assert torch.equal(ws[1:, 0], expected)
    assert torch.equal(ws[0, 1:], expected)


def test_mixing_at_the_ends_repeats_the_headers(generator, z):
    rows, columns = z[:2], z[1:]
    none, every = (mix(generator, rows, columns, (0, 2), k) for k in (0, generator.synthesis.num_ws))
    assert none.shape[:2] == (3, 4)
    assert torch.equal(none[1:, 1:], none[:1, 1:].expand(2, -1, -1, -1))
    assert torch.equal(every[1:, 1:], every[1:, :1].expand(-1, 3, -1, -1))


def test_mixing_takes_coarse_layers_from_rows_and_fine_ones_from_columns(generator, z):
    ws = mix(generator, z[:2], z[2:], (0, 2), 2)
    a, b = map_class(generator, z[:2], 0), map_class(generator, z[2:], 2)
    assert torch.equal(ws[2, 1, :2], a[1].expand(2, -1))
    assert torch.equal(ws[2, 1, 2:], b[0].expand(generator.synthesis.num_ws - 2, -1))
