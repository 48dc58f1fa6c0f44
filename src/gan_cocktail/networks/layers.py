"""Layers that the generator and the discriminator share."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LEAK = 0.2
ACTIVATION_GAIN = math.sqrt(2)


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


class Mapping(nn.Module):
    """Mapping network of latents and class labels.

    In the generator (z, c) -> w; in the discriminator, with z_dim = 0, c -> the vector on which
    the features are projected (Miyato and Koyama 2018).
    """

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, layers: int, *, track_average: bool):
        super().__init__()
        self.z_dim, self.c_dim, self.layers = z_dim, c_dim, layers
        if c_dim:
            self.embed = FullyConnected(c_dim, w_dim)
        widths = [z_dim + (w_dim if c_dim else 0)] + [w_dim] * layers
        for i in range(layers):
            layer = FullyConnected(widths[i], widths[i + 1], activate=True, lr_multiplier=0.01)
            setattr(self, f"fc{i}", layer)
        if track_average:
            self.register_buffer("w_avg", torch.zeros(w_dim))

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
