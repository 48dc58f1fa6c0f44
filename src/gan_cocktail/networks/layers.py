"""Layers that the generator and the discriminator share."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.networks.resampling import channels_last

LEAK = 0.2
ACTIVATION_GAIN = math.sqrt(2)
RESIDUAL_GAIN = math.sqrt(0.5)  # of both ways through a residual block: their sum keeps its size


def normalize_second_moment(x: Tensor) -> Tensor:
    """Scale each row of [N, D] to a mean square of one."""
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class FullyConnected(nn.Module):
    """Linear layer with an equalised learning rate (Karras et al. 2018, sec. 4.1).

    The stored weight is N(0, 1) / lr_multiplier; the effective one is
    weight * lr_multiplier / sqrt(in_features).
    """

    def __init__(
        self,
        in_features: int,
        out_features: int,
        *,
        activate: bool = False,
        lr_multiplier: float = 1.0,
        bias_init: float = 0.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(out_features, in_features) / lr_multiplier)
        self.bias = nn.Parameter(torch.full((out_features,), bias_init))
        self.lr_multiplier = lr_multiplier
        self.weight_gain = lr_multiplier / math.sqrt(in_features)
        self.activate = activate

    def forward(self, x: Tensor) -> Tensor:
        """[N, in_features] -> [N, out_features]."""
        y = F.linear(x, self.weight * self.weight_gain, self.bias * self.lr_multiplier)
        return F.leaky_relu(y, LEAK) * ACTIVATION_GAIN if self.activate else y


class Shortcut(nn.Module):
    """The straight way through a residual block: a 1x1 convolution without bias and, as published, without clamp."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(channels_last(torch.randn(outputs, inputs, 1, 1)))
        self.weight_gain = 1 / math.sqrt(inputs)

    def forward(self, x: Tensor) -> Tensor:
        """[N, I, H, W] -> [N, O, H, W], times RESIDUAL_GAIN."""
        return F.conv2d(x, (self.weight * (self.weight_gain * RESIDUAL_GAIN)).to(x.dtype))


class Mapping(nn.Module):
    """Mapping network of latents and class labels.

    In the generator (z, c) -> w; in the discriminator, with z_dim = 0, c -> the vector on which
    the features are projected (Miyato and Koyama 2018). Without layers that is the normalised embedding.
    embed_dim, hidden_dim: widths of the embedding and between layers; out_dim where not given.
    """

    def __init__(
        self, z_dim: int, c_dim: int, out_dim: int, layers: int, embed_dim: int | None, hidden_dim: int | None
    ):
        super().__init__()
        self.z_dim, self.c_dim, self.layers = z_dim, c_dim, layers
        embed = (embed_dim or out_dim) if c_dim else 0
        if c_dim:
            self.embed = FullyConnected(c_dim, embed)
        widths = [z_dim + embed] + [hidden_dim or out_dim] * (layers - 1) + [out_dim]
        for i in range(layers):
            layer = FullyConnected(widths[i], widths[i + 1], activate=True, lr_multiplier=0.01)
            setattr(self, f"fc{i}", layer)

    def forward(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        """z: [N, z_dim] (None if z_dim is 0), c: [N, c_dim] one-hot (None if c_dim is 0)."""
        parts = []
        if self.z_dim:
            assert z is not None
            parts.append(normalize_second_moment(z))
        if self.c_dim:
            parts.append(normalize_second_moment(self.embed(c)))
        x = torch.cat(parts, 1)
        for i in range(self.layers):
            x = getattr(self, f"fc{i}")(x)
        return x
