"""The extractor that ships: EfficientNet-Lite0, trained on ImageNet, up to its last block of 192 channels.

Tan and Le 2019, "EfficientNet"; Lite0 is B0 without squeeze-and-excitation, with ReLU6 for swish. Batch normalisation
is folded into the convolutions; resources/features/README.md says where the weights are from.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Extractor, Identity
from gan_cocktail.files import sha256
from gan_cocktail.tensors import load_tensors

NAME = "efficientnet_lite0"
RESOLUTION = 64  # 32 pixels, the shipped sources' size, see each feature map twice as large as ImageNet's 224 would
KIND = "features"
STEM = 32
STAGES = (  # blocks, kernel, stride of the first, expansion, channels
    (1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112), (4, 5, 2, 6, 192),
)  # fmt: skip
WIDTH = STAGES[-1][-1]
EXPANSIONS = (3, 5, 11, 14)  # blocks whose expansions see places: at strides of 4, 8, 16 and 32 pixels
SCALE = 8.0  # of features: their standard deviation is then about 0.6, as KID's kernel (x . y / D + 1)^3 wants it


class Block(nn.Module):
    """Inverted residual: expand by 1x1, depthwise, project by 1x1; [N, C, H, W] -> [N, outputs, H / stride, ...]."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int):
        super().__init__()
        width, same = inputs * expansion, kernel // 2 if stride == 1 else 0
        self.expand = nn.Conv2d(inputs, width, 1) if expansion > 1 else None
        self.depthwise = nn.Conv2d(width, width, kernel, stride, same, groups=width)
        self.project = nn.Conv2d(width, outputs, 1)
        self.adds = stride == 1 and inputs == outputs

    def expanded(self, x: Tensor) -> Tensor:
        """The block's widest activations [N, C * expansion, H, W], from 0 to 6."""
        return F.relu6(self.expand(x), inplace=True) if self.expand else x

    def rest(self, x: Tensor, expanded: Tensor) -> Tensor:
        """The output, from the input and its expansion."""
        padded = expanded if self.depthwise.stride == (1, 1) else pad_same(expanded, self.depthwise.kernel_size[0])
        y = self.project(F.relu6(self.depthwise(padded), inplace=True))
        return x + y if self.adds else y


class LiteNet(nn.Module):
    """Images [N, 3, 64, 64] in [0, 255] -> features [N, 192]."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, STEM, 3, 2)
        self.blocks = nn.ModuleList()
        inputs = STEM
        for number, kernel, stride, expansion, outputs in STAGES:
            for i in range(number):
                self.blocks.append(Block(inputs, outputs, kernel, 1 if i else stride, expansion))
                inputs = outputs

    def walk(self, x: Tensor, keep: Sequence[int] = ()) -> tuple[Tensor, list[Tensor]]:
        """The last block's output [N, 192, H / 32, W / 32], and the expansions of the blocks to keep."""
        x = (x - 127) / 128  # the range that these weights were trained on
        x = pad_same(x.contiguous(memory_format=torch.channels_last), 3)
        x, kept = F.relu6(self.stem(x), inplace=True), []
        for i, block in enumerate(cast(Iterable[Block], self.blocks)):
            expanded = block.expanded(x)
            if i in keep:
                kept.append(expanded)
            x = block.rest(x, expanded)
        return x, kept

    def features(self, x: Tensor) -> Tensor:
        """Mean over positions of the last block's output, over SCALE."""
        return self.walk(x)[0].mean([2, 3]) / SCALE

    def activations(self, x: Tensor) -> list[Tensor]:
        """The EXPANSIONS: [N, 144, 16, 16], [N, 240, 8, 8], [N, 672, 4, 4], [N, 1152, 2, 2], none negative."""
        return self.walk(x, EXPANSIONS)[1]


def pad_same(x: Tensor, kernel: int) -> Tensor:
    """Pad for a stride of 2 as TensorFlow's SAME does: an even image gets the odd pixel at its right and bottom."""
    right, bottom = (max((-(-n // 2) - 1) * 2 + kernel - n, 0) for n in (x.shape[3], x.shape[2]))
    return F.pad(x, (right // 2, right - right // 2, bottom // 2, bottom - bottom // 2))


def load_net(weights: Path, device: torch.device) -> LiteNet:
    """The network, from the file that `gan-cocktail import-features` wrote."""
    state, facts = load_tensors(weights, "weights of a feature extractor")
    if facts.get("kind") != KIND or facts.get("name") != NAME:
        raise CocktailError(f"{weights}: expected weights of {NAME}, as gan-cocktail import-features writes them")
    net = LiteNet()
    net.load_state_dict({name: tensor.float() for name, tensor in state.items()})
    return net.to(device).eval().requires_grad_(False)


def identity(weights: Path) -> Identity:
    """What features by these weights are known by."""
    return Identity(NAME, sha256(weights), f"clean bicubic {RESOLUTION}", WIDTH)


def load(weights: Path, device: torch.device) -> Extractor:
    """The extractor of a file of weights."""
    net = load_net(weights, device)
    return Extractor(identity(weights), RESOLUTION, lambda x: net.features(x.to(device)))
