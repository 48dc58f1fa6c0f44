"""Directions: the known normal of a known attribute, and what it does to images."""

import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.applications.directions import Direction, fit, load, save, traverse
from gan_cocktail.applications.drawing import draw_images, draw_table, map_class
from gan_cocktail.applications.effects import control, effect, measure_traverse
from gan_cocktail.errors import CocktailError
from gan_cocktail.seeds import latents


def known(n=1500, dims=16, noise=0.0, seed=0):
    """Correlated w away from zero, and an attribute that is linear in them."""
    rng = torch.Generator().manual_seed(seed)
    w = torch.randn(n, dims, generator=rng) * torch.linspace(0.5, 1.5, dims) + 3
    normal = F.normalize(torch.randn(dims, generator=rng), dim=0)
    return w, w @ normal + noise * torch.randn(n, generator=rng), normal


@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_a_linear_attribute_gives_its_normal(noise):
    w, values, normal = known(noise=noise)
    found = fit(w, values)
    assert found.normal @ normal > 0.95
    assert found.normal.norm() == pytest.approx(1, abs=1e-5)
    assert found.accuracy > 0.9
    assert found.std == pytest.approx((w @ found.normal).std().item(), rel=1e-4)


def test_less_of_an_attribute_is_the_opposite_direction():
    w, values, _ = known()
    torch.testing.assert_close(fit(w, -values).normal, -fit(w, values).normal, rtol=1e-3, atol=1e-4)


def test_place_scale_and_unit_do_not_matter():
    w, values, _ = known(noise=0.5)
    found, moved = fit(w, values), fit(10 * w - 7, 100 * values + 1)
    torch.testing.assert_close(moved.normal, found.normal, rtol=1e-2, atol=1e-3)
    assert moved.std == pytest.approx(10 * found.std, rel=1e-2)


def test_an_attribute_that_is_chance_is_held_out_as_chance():
    w, _, _ = known(n=600, dims=600)  # enough dimensions to part any two thirds
    values = torch.randn(len(w), generator=torch.Generator().manual_seed(9))
    assert 0.3 < fit(w, values).accuracy < 0.7


@pytest.mark.parametrize("values", [torch.zeros(100), torch.arange(6.0)])
def test_too_little_to_fit_is_refused(values):
    with pytest.raises(CocktailError, match="expected 12 images or more, the attribute of the lowest third below"):
        fit(torch.randn(len(values), 4), values)


def test_steps_are_standard_deviations_along_the_normal():
    w, values, _ = known()
    found = fit(w, values)
    steps = torch.tensor([-2.0, 0.0, 1.0])
    moved = traverse(w, found, steps)
    assert torch.equal(moved[:, 1], w)
    torch.testing.assert_close((moved - w[:, None]) @ found.normal, (steps * found.std).expand(len(w), -1))
    across = torch.linalg.qr(torch.cat([found.normal[:, None], torch.eye(16)[:, :15]], 1)).Q[:, 1:]
    torch.testing.assert_close((moved - w[:, None]) @ across, torch.zeros(len(w), 3, 15), rtol=0, atol=1e-4)


def test_step_0_draws_the_images_themselves(generator):
    w = map_class(generator, latents(3, 16, 0, "t"), 1)
    direction = Direction(F.normalize(torch.ones(16), dim=0), 2.0, 1.0)
    images = draw_table(generator, traverse(w, direction, torch.tensor([-1.0, 0.0, 1.0])), 0)
    assert torch.equal(images[:, 1], draw_images(generator, w, 0))
    assert not torch.equal(images[:, 0], images[:, 1])


def test_a_direction_survives_its_file(tmp_path):
    written = Direction(F.normalize(torch.arange(1.0, 9.0), dim=0), 0.5, 0.75, {"attribute": "pose", "label": 1})
    save(written, tmp_path / "d.safetensors")
    read = load(tmp_path / "d.safetensors")
    assert torch.equal(read.normal, written.normal)
    assert (read.std, read.accuracy, read.info) == (written.std, written.accuracy, written.info)


def test_effect_of_a_known_change():
    start = torch.linspace(-1, 1, 50)
    steps = torch.tensor([-3.0, 0.0, 3.0])
    found = effect(start[:, None] + 0.5 * steps, steps)
    assert found.mean == pytest.approx([-1.5, 0, 1.5], abs=1e-5)
    assert found.change == pytest.approx(3 / start.std().item(), rel=1e-4)
    assert found.agreement == 1
    assert 0.8 < found.correlation < 1
    assert effect(steps.expand(5, -1) + 0, steps).correlation == pytest.approx(1, abs=1e-5)


def test_effect_of_nothing_is_nothing():
    found = effect(torch.full((10, 3), 0.3), torch.tensor([-1.0, 0.0, 1.0]))
    assert (found.change, found.agreement, found.correlation) == (0, 0, 0)


def test_the_opposite_direction_has_the_opposite_effect(generator):
    w = map_class(generator, latents(20, 16, 0, "t"), 0)
    steps = torch.tensor([-2.0, 0.0, 2.0])
    there = Direction(F.normalize(torch.randn(16, generator=torch.Generator().manual_seed(1)), dim=0), 1.0, 1.0)
    back = Direction(-there.normal, 1.0, 1.0)
    a, b = (measure_traverse(generator, w, d, steps, "brightness", 0) for d in (there, back))
    torch.testing.assert_close(a, b.flip(1))
    assert effect(a, steps).change == pytest.approx(-effect(b, steps).change, rel=1e-4)


def test_a_fitted_direction_does_more_than_chance(generator):
    w = map_class(generator, latents(300, 16, 0, "t"), 0)
    steps = torch.tensor([-2.0, 0.0, 2.0])
    still = Direction(torch.zeros(16), 0.0, 0.0)
    found = fit(w, measure_traverse(generator, w, still, steps, "brightness", 0)[:, 0])
    values = measure_traverse(generator, w[:50], found, steps, "brightness", 0)
    assert effect(values, steps).change > 2 * control(generator, w[:50], found, steps, "brightness", 0, values[:, 1])
