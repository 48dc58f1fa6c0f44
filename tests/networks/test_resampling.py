"""FIR resampling: derivatives of any order, and identities."""

import pytest
import torch
from torch.autograd import gradcheck, gradgradcheck

from gan_cocktail.networks.resampling import blur, downsample, downsampling_conv, upsample, upsampling_conv

OPERATIONS = {
    "downsample": downsample,
    "upsample": upsample,
    "blur": lambda x: blur(x, 2),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_first_and_second_derivatives(name):
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    assert gradcheck(OPERATIONS[name], x)
    assert gradgradcheck(OPERATIONS[name], x)


@pytest.mark.parametrize("conv", [upsampling_conv, lambda x, w: downsampling_conv(x, w, None)])
def test_derivatives_of_convolutions_by_images_and_weights(conv):
    x = torch.randn(1, 2, 4, 4, dtype=torch.float64, requires_grad=True)
    w = torch.randn(3, 2, 3, 3, dtype=torch.float64, requires_grad=True)
    assert gradcheck(conv, (x, w))
    assert gradgradcheck(conv, (x, w))


def test_a_constant_stays_constant_inside():
    x = torch.ones(1, 1, 8, 8)
    assert torch.allclose(downsample(x)[..., 1:-1, 1:-1], torch.ones(1, 1, 2, 2))
    assert torch.allclose(upsample(x)[..., 1:-1, 1:-1], torch.ones(1, 1, 14, 14))


def test_up_and_down_are_adjoint():
    x, y = torch.randn(1, 1, 8, 8), torch.randn(1, 1, 16, 16)
    torch.testing.assert_close((upsample(x) * y).sum(), 4 * (x * downsample(y)).sum())
