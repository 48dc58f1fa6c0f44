"""Attributes: invariances, and images whose value is known."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.applications.attributes import ATTRIBUTES, brightness, colour, measure, pose
from gan_cocktail.errors import CocktailError


def pictures(seed, channels=3):
    return torch.rand(5, channels, 16, 16, generator=torch.Generator().manual_seed(seed))


@given(seed=st.integers(0, 1000))
@settings(max_examples=20, deadline=None)
def test_pose_changes_sign_under_mirroring(seed):
    x = pictures(seed)
    torch.testing.assert_close(pose(x.flip(3)), -pose(x), rtol=1e-4, atol=1e-5)


def test_a_symmetric_image_has_no_pose():
    x = pictures(0)
    torch.testing.assert_close(pose((x + x.flip(3)) / 2), torch.zeros(5), rtol=0, atol=1e-5)
    torch.testing.assert_close(pose(torch.full((2, 3, 16, 16), 0.5)), torch.zeros(2), rtol=0, atol=1e-5)


def test_pose_is_where_the_dark_parts_are():
    x = torch.ones(2, 3, 16, 16)
    x[0, :, 6:9, 3:6] = 0.2
    x[1, :, 6:9, 10:13] = 0.2
    left, right = pose(x)
    assert left < -0.3
    assert right > 0.3


def test_pose_hardly_sees_light_from_one_side():
    x = torch.ones(1, 3, 32, 32)
    x[:, :, 10:14, 7:12] = 0.3
    x[:, :, 10:14, 20:25] = 0.3
    lit = x * torch.linspace(0.4, 1, 32)
    assert abs(pose(lit)) < 0.03
    assert abs(brightness(lit[..., 16:]) - brightness(lit[..., :16])) > 0.2


@given(seed=st.integers(0, 1000), gain=st.integers(0, 8), shift=st.integers(-4, 4))
@settings(max_examples=20, deadline=None)
def test_brightness_is_affine_and_blind_to_place(seed, gain, shift):
    x, gain, shift = pictures(seed), gain / 8, shift / 8
    torch.testing.assert_close(brightness(x * gain + shift), brightness(x) * gain + shift, rtol=1e-4, atol=1e-5)
    pixels = torch.randperm(256, generator=torch.Generator().manual_seed(seed))
    torch.testing.assert_close(brightness(x.flatten(2)[..., pixels].view_as(x)), brightness(x))


def test_brightness_of_black_white_and_grey():
    levels = torch.tensor([0.0, 1.0, 0.5])
    for channels in (1, 3):
        torch.testing.assert_close(brightness(levels.view(3, 1, 1, 1).expand(3, channels, 8, 8)), levels)


def test_colour_is_signed_and_blind_to_light():
    x = pictures(0)
    torch.testing.assert_close(colour(x.flip(1)), -colour(x))
    torch.testing.assert_close(colour(x + 0.25), colour(x))
    assert colour(torch.tensor([1.0, 0.5, 0.0]).view(1, 3, 1, 1)).item() == 1.0


def test_colour_of_a_grey_image_is_refused():
    with pytest.raises(CocktailError, match="expected RGB"):
        colour(torch.zeros(1, 1, 8, 8))


@pytest.mark.parametrize("attribute", ATTRIBUTES)
def test_measure_takes_bytes(attribute, images):
    torch.testing.assert_close(measure(attribute, images), ATTRIBUTES[attribute](images / 255))
