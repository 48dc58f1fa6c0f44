"""ADA: parity with the published pipeline, one transformation at a time."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from gan_cocktail.training.augmentation import COLOUR, GEOMETRIC, AdaptiveStrength, Draws, augment

VECTORS = load_file(Path(__file__).parents[1] / "vectors/ada.safetensors")
CASES = sorted(k.removeprefix("out.") for k in VECTORS if k.startswith("out."))


def test_every_transformation_has_a_vector():
    assert {case.split("@")[0] for case in CASES} == set(GEOMETRIC + COLOUR)


@pytest.mark.parametrize("case", CASES)
def test_parity(case):
    name, percentile = case.split("@")
    image = VECTORS["in.image"]
    found = augment(image, 1.0, Draws(len(image), torch.Generator(), float(percentile)), {name: 1.0})
    torch.testing.assert_close(found, VECTORS[f"out.{case}"], rtol=1e-5, atol=2e-5)


def test_at_probability_zero_images_keep_colours_and_nearly_keep_pixels():
    image = VECTORS["in.image"]
    draws = Draws(len(image), torch.Generator().manual_seed(0))
    colours = dict.fromkeys(COLOUR, 1.0)
    torch.testing.assert_close(augment(image, 0.0, draws, colours), image, rtol=0, atol=1e-5)
    smooth = torch.nn.functional.interpolate(image[:, :, ::8, ::8], scale_factor=8, mode="bicubic")
    geometric = augment(smooth, 0.0, draws, dict.fromkeys(GEOMETRIC, 1.0))
    assert (geometric - smooth).abs().mean() < 0.01


def test_images_of_a_batch_are_transformed_independently():
    image = VECTORS["in.image"][:1].expand(64, -1, -1, -1)
    out = augment(image, 0.5, Draws(64, torch.Generator().manual_seed(0)))
    changed = (out - out[0]).abs().flatten(1).amax(1)
    assert (changed[1:] > 1e-3).float().mean() > 0.9


def test_strength_moves_towards_the_target():
    ada = AdaptiveStrength(target=0.6, kimg=1)
    ada.observe(torch.ones(100))  # mean sign 1: overfitting
    ada.adjust()
    assert ada.p == pytest.approx(0.1)
    ada.observe(torch.cat([torch.ones(50), -torch.ones(50)]))
    ada.adjust()
    assert ada.p == pytest.approx(0)
    ada.observe(-torch.ones(1000))
    ada.adjust()
    assert ada.p == 0
