"""StyleGAN2's discriminator with minibatch standard deviation and projection conditioning.

Parameter names are those of StyleGAN2-ADA, so published weights load unchanged.
Source: Karras et al. 2020 (CVPR), sec. 4.1; Karras et al. 2018 (minibatch stddev);
Miyato and Koyama 2018 (projection).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.networks.layers import ACTIVATION_GAIN, LEAK, RESIDUAL_GAIN, FullyConnected, Mapping, Shortcut
from gan_cocktail.networks.resampling import channels_last, downsample, downsampling_conv
from gan_cocktail.params.network import NetworkParams


class Conv(nn.Module):
    """Convolution with an equalised learning rate, bias, leaky ReLU and clamp.

    lrelu(v) * g = lrelu(v * g) for g > 0, so gains are folded into the (small) weights.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, *, down: bool = False, clamp: float | None) -> None:
        super().__init__()
        self.weight = nn.Parameter(channels_last(torch.randn(outputs, inputs, kernel, kernel)))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.weight_gain = 1 / math.sqrt(inputs * kernel * kernel)
        self.kernel, self.down, self.clamp = kernel, down, clamp

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """[N, I, H, W] -> gain * activation, [N, O, H, W] or halved if `down`; the clamp is of the activation."""
        limit = None if self.clamp is None else self.clamp * gain
        gain *= ACTIVATION_GAIN
        weight, bias = (self.weight * (self.weight_gain * gain)).to(x.dtype), (self.bias * gain).to(x.dtype)
        y = downsampling_conv(x, weight, bias) if self.down else F.conv2d(x, weight, bias, padding=self.kernel // 2)
        y = F.leaky_relu_(y, LEAK)
        return y if limit is None else y.clamp(-limit, limit)


class DiscriminatorBlock(nn.Module):
    """The layers of one resolution; `resnet`, `orig` or `skip` as in the StyleGAN2 paper."""

    def __init__(self, resolution: int, network: NetworkParams):
        super().__init__()
        inside, out = (network.discriminator_channels(r) for r in (resolution, resolution // 2))
        clamp, self.architecture = network.conv_clamp, network.discriminator
        if resolution == network.img_resolution or self.architecture == "skip":
            self.fromrgb = Conv(network.img_channels, inside, 1, clamp=clamp)
        self.conv0 = Conv(inside, inside, 3, clamp=clamp)
        self.conv1 = Conv(inside, out, 3, down=True, clamp=clamp)
        if self.architecture == "resnet":
            self.skip = Shortcut(inside, out)

    def forward(self, x: Tensor | None, img: Tensor) -> tuple[Tensor, Tensor]:
        """Features (None in the first block) and image; both at half the resolution, the image for `skip` only."""
        if x is None or self.architecture == "skip":
            y = self.fromrgb(img)
            x = y if x is None else x + y
        if self.architecture == "skip":
            img = downsample(img)
        if self.architecture == "resnet":
            return self.skip(downsample(x)) + self.conv1(self.conv0(x), RESIDUAL_GAIN), img
        return self.conv1(self.conv0(x)), img


def minibatch_stddev(x: Tensor, group_size: int | None, features: int = 1) -> Tensor:
    """Features [N, F, 1, 1]: the mean standard deviation, within groups of samples, of each F-th part of the channels.

    Of x [N, C, H, W] members of a group are (samples / group) apart. group_size None: all are one group.
    """
    n, c, h, w = x.shape
    group = min(group_size or n, n)
    if n % group:
        raise ValueError(f"minibatch stddev: {n} samples do not split into groups of {group}")
    y = x.reshape(group, n // group, features, c // features, h, w)
    deviation = ((y - y.mean(0, keepdim=True)).square().mean(0) + 1e-8).sqrt().mean([2, 3, 4])
    return deviation.expand(group, -1, -1).reshape(n, features, 1, 1)


class Epilogue(nn.Module):
    """4x4 features -> logit (unconditional) or projection on the class vector."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        c = network.discriminator_channels(4)
        self.group_size, self.deviations = network.mbstd_group_size, network.mbstd_channels
        if network.discriminator == "skip":
            self.fromrgb = Conv(network.img_channels, c, 1, clamp=None)  # without a clamp, as published
        self.conv = Conv(c + self.deviations, c, 3, clamp=network.conv_clamp)
        self.fc = FullyConnected(c * 16, c, activate=True)
        self.out = FullyConnected(c, network.class_width if network.c_dim else 1)

    def forward(self, x: Tensor, img: Tensor, cmap: Tensor | None) -> Tensor:
        """Logits [N] of features [N, C, 4, 4] and class vectors [N, D]."""
        x = x.float()
        if hasattr(self, "fromrgb"):
            x = x + self.fromrgb(img.float())
        if self.deviations:
            spread = minibatch_stddev(x, self.group_size, self.deviations)
            x = torch.cat([x, spread.expand(-1, -1, 4, 4)], 1)
        x = self.out(self.fc(self.conv(channels_last(x)).flatten(1)))
        if cmap is None:
            return x.squeeze(1)
        return (x * cmap).sum(1) / math.sqrt(cmap.shape[1])


def class_mapping(network: NetworkParams) -> Mapping:
    """The network from labels to class vectors."""
    n = network
    return Mapping(0, n.c_dim, n.class_width, n.class_mapping_layers, n.class_embed_dim, n.class_mapping_dim)


class Discriminator(nn.Module):
    """(image, c) -> logit."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        self.resolutions = network.resolutions[:0:-1]
        for r in self.resolutions:
            setattr(self, f"b{r}", DiscriminatorBlock(r, network))
        self.b4 = Epilogue(network)
        self.c_dim = network.c_dim
        if self.c_dim:
            self.mapping = class_mapping(network)

    def forward(self, img: Tensor, c: Tensor | None, dtype: torch.dtype = torch.float32) -> Tensor:
        """Logits [N] of images [N, C, H, W] in [-1, 1] and one-hot labels c [N, c_dim]."""
        x, img = None, channels_last(img.to(dtype))
        for r in self.resolutions:
            x, img = getattr(self, f"b{r}")(x, img)
        cmap = self.mapping(None, c) if self.c_dim else None
        return self.b4(x, img, cmap)
