"""StyleGAN2's generator: mapping network and synthesis network.

Parameter names are those of StyleGAN2-ADA, so published weights load unchanged.
Source: Karras et al. 2020 (CVPR), secs. 2 to 4; Karras et al. 2020 (NeurIPS, "ADA").
"""

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from gan_cocktail.networks.layers import ACTIVATION_GAIN, LEAK, RESIDUAL_GAIN, FullyConnected, Mapping, Shortcut
from gan_cocktail.networks.resampling import channels_last, upsample, upsampling_conv
from gan_cocktail.params.network import NetworkParams

Noise = Sequence[Tensor] | Literal["fresh", "const", "none"]
"""One [N, 1, R, R] tensor a synthesis layer; or drawn anew, as stored with the weights, or none."""
AT_ONCE = 2**25
"""Numbers in the largest layer of images that are drawn at once (128 MB in float32): 8 images of 256x256 with 64
channels. More are no faster on a CPU, and take more memory than a training."""


class _NoiseBiasActivation(Function):
    """leaky_relu(x + strength * noise + bias) in two passes over memory, first derivatives only."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, noise: Tensor, strength: Tensor, bias: Tensor) -> Tensor:
        n, c, h, w = x.shape
        basis = torch.cat([torch.ones_like(noise), noise], 1).reshape(n, 2, h * w)
        coefficients = torch.stack([bias, strength], 1).to(x.dtype)
        flat = x.permute(0, 2, 3, 1).reshape(n, h * w, c)
        y = F.leaky_relu_(torch.baddbmm(flat, basis.transpose(1, 2), coefficients), LEAK)
        ctx.save_for_backward(y, basis)
        return y.reshape(n, h, w, c).permute(0, 3, 1, 2)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, Tensor, Tensor]:
        y, basis = ctx.saved_tensors
        n, c, h, w = grad.shape
        grad = grad.permute(0, 2, 3, 1).reshape(n, h * w, c)
        grad = torch.ops.aten.leaky_relu_backward(grad, y, LEAK, True)
        bias, strength = torch.bmm(basis, grad).float().unbind(1)
        return grad.reshape(n, h, w, c).permute(0, 3, 1, 2), None, strength, bias


def _noise_bias_activation(x: Tensor, noise: Tensor, strength: Tensor, bias: Tensor) -> Tensor:
    """The same from native operations: slower, differentiable twice."""
    shift = noise * strength.to(x.dtype)[:, :, None, None] + bias.to(x.dtype)[:, :, None, None]
    return F.leaky_relu(x + shift, LEAK)


class SynthesisLayer(nn.Module):
    """Modulated 3x3 convolution, noise, bias, leaky ReLU.

    Takes and returns features x with a deferred scale s [N, C], meaning x * s. Demodulation
    d > 0 commutes with the leaky ReLU,

        sqrt2 * lrelu(d * v + k * noise + b) = lrelu(v + (k / d) * noise + b / d) * (sqrt2 * d),

    so it joins the next layer's style and costs no pass over the activations.
    """

    def __init__(
        self, in_channels: int, out_channels: int, w_dim: int, resolution: int, *, up: bool, clamp: float | None
    ) -> None:
        super().__init__()
        self.affine = FullyConnected(w_dim, in_channels, bias_init=1.0)
        self.weight = nn.Parameter(channels_last(torch.randn(out_channels, in_channels, 3, 3)))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.noise_strength = nn.Parameter(torch.zeros([]))
        self.bias = nn.Parameter(torch.zeros(out_channels))
        self.resolution, self.up, self.clamp = resolution, up, clamp

    def forward(
        self, x: Tensor, scale: Tensor | float, w: Tensor, noise: Tensor | None, *, twice: bool
    ) -> tuple[Tensor, Tensor]:
        """Features [N, I, H, W] with scale [N, I], w [N, w_dim], noise [N, 1, R, R] -> the same of O channels."""
        style, epsilon = self.affine(w), 1e-8
        if x.dtype == torch.float16:  # keep activations in range; demodulation undoes any scale
            shrink = 1 / (style.detach().abs().amax(1, keepdim=True) * math.sqrt(self.weight[0].numel()))
            style, epsilon = style * shrink, epsilon * shrink.square()
        power = style.square() @ self.weight.square().sum([2, 3]).t()
        inverse_demod = (power + epsilon).sqrt()
        x = channels_last(x * (style * scale).to(x.dtype)[:, :, None, None])
        weight, gain = self.weight.to(x.dtype), 1.0
        if self.up:
            x, gain = upsampling_conv(x, weight), 4.0
        else:
            x = F.conv2d(x, weight, padding=1)
        if noise is None:
            noise = x.new_zeros(x.shape[0], 1, self.resolution, self.resolution)
        inverse: Tensor = inverse_demod / gain
        activation = _noise_bias_activation if twice else _NoiseBiasActivation.apply
        x = activation(x, noise.to(x.dtype), self.noise_strength * inverse, self.bias * inverse)
        out_scale: Tensor = ACTIVATION_GAIN / inverse
        if self.clamp is not None:
            limit = (self.clamp / out_scale).to(x.dtype)[:, :, None, None]
            x = x.clamp(-limit, limit)
        return x, out_scale


class ToRGB(nn.Module):
    """Modulated 1x1 convolution to image channels, without demodulation; one batched product."""

    def __init__(self, in_channels: int, img_channels: int, w_dim: int, clamp: float | None):
        super().__init__()
        self.affine = FullyConnected(w_dim, in_channels, bias_init=1.0)
        self.weight = nn.Parameter(torch.randn(img_channels, in_channels, 1, 1))
        self.bias = nn.Parameter(torch.zeros(img_channels))
        self.weight_gain, self.clamp = 1 / math.sqrt(in_channels), clamp

    def forward(self, x: Tensor, scale: Tensor | float, w: Tensor) -> Tensor:
        """Features [N, I, H, W] with scale [N, I] -> image [N, C, H, W] in float32."""
        n, c, h, width = x.shape
        style = scale * self.affine(w) * self.weight_gain
        kernel = (self.weight[None, :, :, 0, 0] * style[:, None, :]).to(x.dtype)
        y = torch.bmm(x.permute(0, 2, 3, 1).reshape(n, h * width, c), kernel.transpose(1, 2))
        y = y.float() + self.bias
        if self.clamp is not None:
            y = y.clamp(-self.clamp, self.clamp)
        return y.reshape(n, h, width, -1).permute(0, 3, 1, 2)


def _times(x: Tensor, scale: Tensor | float) -> Tensor:
    """Features x [N, C, H, W] with the deferred scale [N, C] applied."""
    return x * scale.to(x.dtype)[:, :, None, None] if isinstance(scale, Tensor) else x * scale


class SynthesisBlock(nn.Module):
    """The layers of one resolution; `skip`, `resnet` or `orig` as in the StyleGAN2 paper."""

    def __init__(self, resolution: int, network: NetworkParams):
        super().__init__()
        out, w_dim, clamp = network.channels(resolution), network.w_dim, network.conv_clamp
        if resolution == 4:
            self.const = nn.Parameter(torch.randn(out, 4, 4))
        else:
            below = network.channels(resolution // 2)
            self.conv0 = SynthesisLayer(below, out, w_dim, resolution, up=True, clamp=clamp)
            if network.generator == "resnet":
                self.skip = Shortcut(below, out)
        self.conv1 = SynthesisLayer(out, out, w_dim, resolution, up=False, clamp=clamp)
        if network.generator == "skip" or resolution == network.img_resolution:
            self.torgb = ToRGB(out, network.img_channels, w_dim, clamp)

    def forward(
        self, x: Tensor, scale: Tensor | float, ws: list[Tensor], noise: Sequence[Tensor | None], *, twice: bool
    ) -> tuple[Tensor, Tensor | float]:
        """Features and scale at half the resolution (at 4x4 the constant), a w and a noise a layer -> the same."""
        if not hasattr(self, "conv0"):
            return self.conv1(x, scale, ws[0], noise[0], twice=twice)
        if hasattr(self, "skip"):  # a sum cannot wait for its scale
            x, scale = _times(x, scale), 1.0
        y, y_scale = self.conv0(x, scale, ws[0], noise[0], twice=twice)
        y, y_scale = self.conv1(y, y_scale, ws[1], noise[1], twice=twice)
        if hasattr(self, "skip"):
            return upsample(self.skip(x)) + _times(y, y_scale * RESIDUAL_GAIN), 1.0
        return y, y_scale


class Synthesis(nn.Module):
    """Blocks from the constant at 4x4 to the image; `skip`: each adds its RGB to the upsampled image below."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        self.resolutions = network.resolutions
        for r in self.resolutions:
            setattr(self, f"b{r}", SynthesisBlock(r, network))
        self.noise_resolutions = [4] + [r for r in self.resolutions[1:] for _ in range(2)]
        self.num_ws = len(self.noise_resolutions) + 1
        self.at_once = max(1, AT_ONCE // max(network.channels(r) * r * r for r in self.resolutions))

    def draw_noise(self, n: int, rng: torch.Generator | None = None) -> list[Tensor]:
        """Fresh noise for n images, on the random generator's device; without one, on the network's."""
        sizes = [n * r * r for r in self.noise_resolutions]
        where = self.get_parameter("b4.const").device if rng is None else rng.device
        flat = torch.randn(sum(sizes), generator=rng, device=where)
        parts = flat.split(sizes)
        return [p.view(n, 1, r, r) for p, r in zip(parts, self.noise_resolutions, strict=True)]

    def constant_noise(self, n: int) -> list[Tensor]:
        """The fixed noise images stored with the weights."""
        layers = [m for m in self.modules() if isinstance(m, SynthesisLayer)]
        return [m.get_buffer("noise_const").expand(n, 1, -1, -1) for m in layers]

    def _noise(self, noise: Noise, n: int, rng: torch.Generator | None) -> Sequence[Tensor | None]:
        if noise == "fresh":
            return self.draw_noise(n, rng)
        if noise == "const":
            return self.constant_noise(n)
        if noise == "none":
            return [None] * len(self.noise_resolutions)
        if noise is None or isinstance(noise, str):
            raise ValueError(f"noise: expected 'fresh', 'const', 'none' or a tensor a layer, found {noise!r}")
        return noise

    def forward(
        self,
        ws: Tensor,
        noise: Noise = "fresh",
        dtype: torch.dtype = torch.float32,
        *,
        twice: bool = False,
        rng: torch.Generator | None = None,
    ) -> Tensor:
        """Images [N, C, H, W] in float32, nominally in [-1, 1].

        ws: [N, w_dim], or [N, num_ws, w_dim] with one w a layer. dtype: precision of the
        convolutions. twice: make the graph differentiable twice (path length). rng: what fresh noise is drawn
        from; PyTorch's global generator if none is given.
        """
        w = list(ws.unbind(1)) if ws.ndim == 3 else [ws] * self.num_ws
        noises = self._noise(noise, len(ws), rng)
        const: Tensor = self.get_parameter("b4.const").to(dtype)[None].expand(ws.shape[0], -1, -1, -1)
        x, scale, img, first = const, 1.0, None, 0
        for r in self.resolutions:
            block: Any = self.get_submodule(f"b{r}")
            last = first + (1 if r == 4 else 2)
            x, scale = block(x, scale, w[first:last], noises[first:last], twice=twice)
            if hasattr(block, "torgb"):
                rgb = block.torgb(x, scale, w[last])
                img = rgb if img is None else upsample(img) + rgb
            first = last
        assert img is not None
        return img

    def parts(self, ws: Tensor, noise: Sequence[Tensor], dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Images [n, C, H, W] of ws and noise [N, ...] as of `forward`, in order: `at_once` at a time, for memory."""
        for part, *layers in zip(*(each.split(self.at_once) for each in (ws, *noise)), strict=True):
            yield self(part, layers, dtype)


def latent_mapping(network: NetworkParams) -> Mapping:
    """The network from latents and labels to w, with the buffer `w_avg`: the mean w, of each class if there are any."""
    n = network
    mapping = Mapping(n.z_dim, n.c_dim, n.w_dim, n.mapping_layers, n.embed_dim, n.mapping_dim)
    mapping.register_buffer("w_avg", torch.zeros(n.c_dim, n.w_dim) if n.c_dim else torch.zeros(n.w_dim))
    return mapping


class Generator(nn.Module):
    """(z, c) -> w -> image."""

    def __init__(self, network: NetworkParams):
        super().__init__()
        self.z_dim, self.c_dim, self.w_dim = network.z_dim, network.c_dim, network.w_dim
        self.mapping = latent_mapping(network)
        self.synthesis = Synthesis(network)

    def truncate(self, w: Tensor, c: Tensor | None, psi: float, cutoff: int | None = None) -> Tensor:
        """Move w [N, w_dim] towards the mean of its class by 1 - psi, in the first `cutoff` layers: [N, num_ws, w_dim].

        c: one-hot labels [N, c_dim]; None if the generator is unconditional.
        """
        ws = w.unsqueeze(1).repeat(1, self.synthesis.num_ws, 1)
        if psi != 1:
            average = self.mapping.get_buffer("w_avg")
            if self.c_dim:
                assert c is not None
                average = (c @ average)[:, None]
            ws[:, :cutoff] = average.lerp(ws[:, :cutoff], psi)
        return ws

    def forward(
        self,
        z: Tensor,
        c: Tensor | None,
        noise: Noise = "fresh",
        dtype: torch.dtype = torch.float32,
        psi: float = 1.0,
        rng: torch.Generator | None = None,
    ) -> Tensor:
        """Images [N, C, H, W] of latents z [N, z_dim] and one-hot labels c [N, c_dim] (None if unconditional).

        noise, rng: as of `Synthesis.forward`; by default every call draws noise anew, as in training and evaluation.
        psi: truncation, 1 for none.
        """
        return self.synthesis(self.truncate(self.mapping(z, c), c, psi), noise, dtype, rng=rng)
