"""Losses and penalties of StyleGAN2, as functions of logits, images and latents."""

import torch
import torch.nn.functional as F
from torch import Tensor


def generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating logistic loss of G (Goodfellow et al. 2014)."""
    return F.softplus(-fake_logits).mean()


def discriminator_loss(fake_logits: Tensor, real_logits: Tensor) -> Tensor:
    """Logistic loss of D."""
    return F.softplus(fake_logits).mean() + F.softplus(-real_logits).mean()


def gradient_penalty(logits: Tensor, images: Tensor) -> Tensor:
    """R1 of each image [N]: squared gradient norm of its logit (Mescheder et al. 2018, eq. 9)."""
    (grad,) = torch.autograd.grad(logits.sum(), images, create_graph=True)
    return grad.square().sum([1, 2, 3])


def path_lengths(images: Tensor, ws: Tensor, noise: Tensor) -> Tensor:
    """Path length of each image [N] (Karras et al. 2020 CVPR, eq. 4).

    ws: [N, num_ws, w_dim], of which `images` [N, C, H, W] were made; noise: N(0, 1) like the images.
    """
    scaled = noise / (images.shape[2] * images.shape[3]) ** 0.5
    (grad,) = torch.autograd.grad((images * scaled).sum(), ws, create_graph=True)
    return grad.square().sum(2).mean(1).sqrt()
