"""StyleGAN2's discriminator with minibatch standard deviation and projection conditioning.

Parameter names are those of StyleGAN2-ADA, so published weights load unchanged.
Source: Karras et al. 2020 (CVPR), sec. 4.1; Karras et al. 2018 (minibatch stddev);
Miyato and Koyama 2018 (projection).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.networks.layers import ACTIVATION_GAIN, LEAK, FullyConnected, Mapping
from gan_cocktail.networks.resampling import channels_last, downsample, downsampling_conv
from gan_cocktail.params.network import NetworkParams


class Conv(nn.Module):
    """Convolution with an equalised learning rate; leaky ReLU and bias unless `linear`.

    lrelu(v) * g = lrelu(v * g) for g > 0, so gains are folded into the (small) weights.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, down: bool = False, linear: bool = False, clamp: float | None
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(channels_last(torch.randn(outputs, inputs, kernel, kernel)))
        self.bias = None if linear else nn.Parameter(torch.zeros(outputs))
        self.weight_gain = 1 / math.sqrt(inputs * kernel * kernel)
        self.kernel, self.down, self.clamp = kernel, down, clamp

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """[N, I, H, W] -> gain * activation, [N, O, H, W] or halved if `down`."""
        limit = None if self.clamp is None else self.clamp * gain
        gain *= 1.0 if self.bias is None else ACTIVATION_GAIN
        weight = (self.weight * (self.weight_gain * gain)).to(x.dtype)
        bias = None if self.bias is None else (self.bias * gain).to(x.dtype)
        if self.down and self.kernel == 3:
            y = downsampling_conv(x, weight, bias)
        else:
            y = F.conv2d(downsample(x) if self.down else x, weight, bias, padding=self.kernel // 2)
        if bias is not None:
            y = F.leaky_relu_(y, LEAK)
        return y if limit is None else y.clamp(-limit, limit)


class DiscriminatorBlock(nn.Module):
    """The layers of one resolution; `resnet`, `orig` or `skip` as in the StyleGAN2 paper."""

    def __init__(self, resolution: int, network: NetworkParams):
        super().__init__()
        inside, out = network.channels(resolution), network.channels(resolution // 2)
        clamp, self.architecture = network.conv_clamp, network.discriminator
        if resolution == network.img_resolution or self.architecture == "skip":
            self.fromrgb = Conv(network.img_channels, inside, 1, clamp=clamp)
        self.conv0 = Conv(inside, inside, 3, clamp=clamp)
        self.conv1 = Conv(inside, out, 3, down=True, clamp=clamp)
        if self.architecture == "resnet":
            self.skip = Conv(inside, out, 1, down=True, linear=True, clamp=clamp)

    def forward(self, x: Tensor | None, img: Tensor) -> tuple[Tensor, Tensor]:
        """Features (None in the first block) and image; both at half the resolution, the image for `skip` only."""
        if x is None or self.architecture == "skip":
            y = self.fromrgb(img)
            x = y if x is None else x + y
        if self.architecture == "skip":
            img = downsample(img)
        if self.architecture == "resnet":
            gain = math.sqrt(0.5)
            return self.skip(x, gain) + self.conv1(self.conv0(x), gain), img
        return self.conv1(self.conv0(x)), img


def minibatch_stddev(x: Tensor, group_size: int, minibatches: int) -> Tensor:
    """One feature [N, 1, H, W]: the mean standard deviation within groups of samples.

    Each of the `minibatches` equal parts of x is grouped by itself, members being
    (samples / group) apart, so real and fake images can share one pass.
    """
    n, c, h, w = x.shape
    per_batch = n // minibatches
    group = min(group_size, per_batch)
    if n % minibatches or per_batch % group:
        raise ValueError(f"minibatch stddev: {per_batch} samples do not split into groups of {group}")
    y = x.reshape(minibatches, group, per_batch // group, c, h, w)
    deviation = ((y - y.mean(1, keepdim=True)).square().mean(1) + 1e-8).sqrt().mean([2, 3, 4])
    spread = deviation[:, None, :].expand(minibatches, group, -1).reshape(n, 1, 1, 1)
    return spread.expand(n, 1, h, w)


class Epilogue(nn.Module):
    """4x4 features -> logit (unconditional) or projection on the class vector."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        c = network.channels(4)
        self.group_size = network.mbstd_group_size
        if network.discriminator == "skip":
            self.fromrgb = Conv(network.img_channels, c, 1, clamp=network.conv_clamp)
        self.conv = Conv(c + 1, c, 3, clamp=network.conv_clamp)
        self.fc = FullyConnected(c * 16, c, activate=True)
        self.out = FullyConnected(c, c if network.c_dim else 1)

    def forward(self, x: Tensor, img: Tensor, cmap: Tensor | None, minibatches: int) -> Tensor:
        """Logits [N] of features [N, C, 4, 4] and class vectors [N, C]."""
        x = x.float()
        if hasattr(self, "fromrgb"):
            x = x + self.fromrgb(img.float())
        x = torch.cat([x, minibatch_stddev(x, self.group_size, minibatches)], 1)
        x = self.out(self.fc(self.conv(channels_last(x)).flatten(1)))
        if cmap is None:
            return x.squeeze(1)
        return (x * cmap).sum(1) / math.sqrt(cmap.shape[1])


class Discriminator(nn.Module):
    """(image, c) -> logit."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        self.resolutions = network.resolutions[:0:-1]
        for r in self.resolutions:
            setattr(self, f"b{r}", DiscriminatorBlock(r, network))
        self.b4 = Epilogue(network)
        self.c_dim, width = network.c_dim, network.channels(4)
        if self.c_dim:
            self.mapping = Mapping(0, self.c_dim, width, network.class_mapping_layers, track_average=False)

    def forward(
        self, img: Tensor, c: Tensor | None, dtype: torch.dtype = torch.float32, minibatches: int = 1
    ) -> Tensor:
        """Logits [N] of images [N, C, H, W] in [-1, 1] and one-hot labels c [N, c_dim].

        minibatches: how many independent minibatches the N images are (see minibatch_stddev).
        """
        x, img = None, channels_last(img.to(dtype))
        for r in self.resolutions:
            x, img = getattr(self, f"b{r}")(x, img)
        cmap = self.mapping(None, c) if self.c_dim else None
        return self.b4(x, img, cmap, minibatches)
