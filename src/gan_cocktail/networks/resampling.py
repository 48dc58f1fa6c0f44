"""FIR resampling with the [1, 3, 3, 1] filter, differentiable to any order and fast on CPUs.

Each operation's backward pass is another operation of the same family. So R1 and path-length
penalties can differentiate twice, and the native backward of a strided depthwise convolution
(some 60 times slower than its forward pass on a CPU) is never used.

Source: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN" (CVPR 2020), sec. 2.
"""

from functools import lru_cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd import Function

TAPS = (1.0, 3.0, 3.0, 1.0)


@lru_cache
def kernel(device: torch.device, dtype: torch.dtype) -> Tensor:
    """The filter [4, 4], kept from its first use on."""
    taps = torch.tensor(TAPS) / sum(TAPS)
    return torch.outer(taps, taps).to(device, dtype)


def _filter(x: Tensor, stride: int, padding: int) -> Tensor:
    channels = x.shape[1]
    weight = kernel(x.device, x.dtype).expand(channels, 1, 4, 4)
    return F.conv2d(x, weight, stride=stride, padding=padding, groups=channels)


def channels_last(x: Tensor) -> Tensor:
    """`x` in the memory layout in which convolutions are fast; no copy if it is so already."""
    return x.contiguous(memory_format=torch.channels_last)


class _Downsample(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return _filter(x, stride=2, padding=1)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return _Upsample.apply(grad * 0.25)


class _Upsample(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        # Zero insertion and the filter with gain 4 are bilinear interpolation with a zero border.
        height, width = x.shape[2:]
        padded = channels_last(F.pad(x, (1, 1, 1, 1)))
        y = F.interpolate(padded, scale_factor=2, mode="bilinear", align_corners=False)
        return y[:, :, 2 : 2 * height + 2, 2 : 2 * width + 2]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return _Downsample.apply(grad * 4)


class _Blur(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, padding: int) -> Tensor:
        ctx.padding = padding
        return _filter(x, stride=1, padding=padding)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        return _Blur.apply(grad, 3 - ctx.padding), None


def _conv_backward(grad: Tensor, x: Tensor, weight: Tensor, wanted: list[bool]) -> Any:
    return torch.ops.aten.convolution_backward(grad, x, weight, None, [2, 2], [0, 0], [1, 1], False, [0, 0], 1, wanted)


class _TransposedConv(Function):
    """Stride-2 transposed convolution through the data gradient of a convolution, which is faster."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, weight)
        n, _, height, width = x.shape
        shape_only = x.new_empty(1).expand(n, weight.shape[1], 2 * height + 1, 2 * width + 1)
        return _conv_backward(x, shape_only, weight, [True, False, False])[0]

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
        x, weight = ctx.saved_tensors
        grad = channels_last(grad)
        grad_x = F.conv2d(grad, weight, stride=2)
        return grad_x, _TransposedConvWeightGrad.apply(x, grad, weight)


class _TransposedConvWeightGrad(Function):
    """The weight gradient as a Function of its own, so that it can be differentiated again."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, grad: Tensor, weight: Tensor) -> Tensor:
        ctx.save_for_backward(x, grad)
        return _conv_backward(x, grad, weight, [False, True, False])[1]

    @staticmethod
    def backward(ctx: Any, grad_weight: Tensor) -> tuple[Tensor, Tensor, None]:
        # <grad_weight, W(x, grad)> = <grad, T(x, grad_weight)>: linear in x and in grad.
        x, grad = ctx.saved_tensors
        grad_weight = channels_last(grad_weight)
        return F.conv2d(grad, grad_weight, stride=2), _TransposedConv.apply(x, grad_weight), None


def downsample(x: Tensor) -> Tensor:
    """Filter and drop every other pixel: [N, C, H, W] -> [N, C, H/2, W/2]."""
    return _Downsample.apply(x)


def upsample(x: Tensor) -> Tensor:
    """Insert zeros and filter with gain 4: [N, C, H, W] -> [N, C, 2H, 2W]."""
    return _Upsample.apply(x)


def blur(x: Tensor, padding: int) -> Tensor:
    """Filter at one resolution; height and width grow by 2 * padding - 3."""
    return _Blur.apply(x, padding)


def upsampling_conv(x: Tensor, weight: Tensor) -> Tensor:
    """3x3 convolution fused with upsampling: [N, I, H, W], [O, I, 3, 3] -> [N, O, 2H, 2W].

    The result is a quarter of StyleGAN2's, whose filter has gain 4: the caller folds that gain
    into a scale that it applies anyway.
    """
    return blur(_TransposedConv.apply(x, channels_last(weight.transpose(0, 1))), 1)


def downsampling_conv(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """3x3 convolution fused with downsampling: [N, I, H, W] -> [N, O, H/2, W/2]."""
    return F.conv2d(blur(x, 2), weight, bias, stride=2)
