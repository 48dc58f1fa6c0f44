"""Losses and penalties in cases that can be worked out by hand."""

import math

import pytest
import torch

from gan_cocktail.training.losses import discriminator_loss, generator_loss, gradient_penalty, path_lengths


def test_logistic_losses_of_no_opinion_and_of_certainty():
    none, sure = torch.zeros(4), torch.full((4,), 50.0)
    assert generator_loss(none).item() == pytest.approx(math.log(2))
    assert discriminator_loss(none, none).item() == pytest.approx(2 * math.log(2))
    assert generator_loss(sure).item() == pytest.approx(0, abs=1e-6)
    assert generator_loss(-sure).item() == pytest.approx(50)
    assert discriminator_loss(-sure, sure).item() == pytest.approx(0, abs=1e-6)
    assert discriminator_loss(sure, sure).item() == discriminator_loss(-sure, -sure).item() == pytest.approx(50)


def test_losses_are_means_over_the_batch():
    logits = torch.tensor([0.0, 50.0])
    assert generator_loss(logits).item() == pytest.approx(math.log(2) / 2)
    assert discriminator_loss(logits, torch.tensor([0.0, -50.0])).item() == pytest.approx(50 + math.log(2))


def test_r1_of_a_linear_critic_is_the_squared_norm_of_its_weights():
    images = torch.randn(3, 2, 4, 5, requires_grad=True)
    weights = torch.randn(3, 2, 4, 5)
    found = gradient_penalty((images * weights).sum([1, 2, 3]), images)
    torch.testing.assert_close(found, weights.square().sum([1, 2, 3]))
    assert found.shape == (3,)


def test_r1_can_be_differentiated_again():
    images, scale = torch.ones(2, 1, 1, 3, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    found = gradient_penalty((scale * images).sum([1, 2, 3]), images)
    (slope,) = torch.autograd.grad(found.sum(), scale)
    assert slope.item() == pytest.approx(2 * 3 * 2 * 2)  # of 2 images with 3 pixels each: d(3 s^2)/ds = 6 s


def test_path_lengths_of_a_linear_generator():
    """Of images sum_k A_k w_k: the root of the mean over k of |A_k^T y|^2, y being noise over the root of H W."""
    n, k, d, shape = 3, 4, 6, (2, 3, 5)
    ws, A = torch.randn(n, k, d, requires_grad=True), torch.randn(k, *shape, d)
    noise = torch.randn(n, *shape)
    images = torch.einsum("kchwd,nkd->nchw", A, ws)
    back = torch.einsum("kchwd,nchw->nkd", A, noise / math.sqrt(3 * 5))
    found = path_lengths(images, ws, noise)
    torch.testing.assert_close(found, back.norm(dim=2).square().mean(1).sqrt())
    assert found.shape == (n,)


def test_path_lengths_can_be_differentiated_again():
    ws, scale = torch.randn(2, 1, 3, requires_grad=True), torch.tensor(2.0, requires_grad=True)
    lengths = path_lengths((scale * ws)[:, :, :, None], ws, torch.ones(2, 1, 3, 1))
    torch.testing.assert_close(lengths, torch.full((2,), 2.0))  # of images of 3 pixels that are the scaled w
    (slope,) = torch.autograd.grad(lengths.sum(), scale)
    assert slope.item() == pytest.approx(2)
