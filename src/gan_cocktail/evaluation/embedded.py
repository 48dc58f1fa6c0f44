"""The embedded feature extractor: a small CNN at 32x32 that ships with the project."""

from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors

RESOLUTION = 32
WIDTHS = (16, 48, 128)


class _Residual(nn.Module):
    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv0 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm0 = nn.BatchNorm2d(outputs)
        self.conv1 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.skip = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y = self.norm1(self.conv1(F.relu(self.norm0(self.conv0(x)))))
        return F.relu(y + self.skip(x))


class EmbeddedNet(nn.Module):
    """Images [N, 3, 32, 32] in [-1, 1] -> features [N, 128] -> class logits."""

    def __init__(self, classes: int):
        super().__init__()
        self.stem = nn.Conv2d(3, WIDTHS[0], 3, 1, 1)
        inputs = (WIDTHS[0], *WIDTHS[:-1])
        self.blocks = nn.Sequential(*(_Residual(i, o, 1 + (o > i)) for i, o in zip(inputs, WIDTHS, strict=True)))
        self.head = nn.Linear(WIDTHS[-1], classes)

    def activations(self, x: Tensor) -> list[Tensor]:
        """What each block puts out: [N, 16, 32, 32], [N, 48, 16, 16], [N, 128, 8, 8], none negative."""
        x = self.stem(x.contiguous(memory_format=torch.channels_last))
        return [x := block(x) for block in self.blocks]

    def features(self, x: Tensor) -> Tensor:
        """Mean over positions of the last block's activations."""
        return self.activations(x)[-1].mean([2, 3])

    def forward(self, x: Tensor) -> Tensor:
        """Class logits."""
        return self.head(self.features(x))


def save_embedded(net: EmbeddedNet, path: Path, classes: list[str], info: dict[str, Any]) -> None:
    """Write the extractor atomically, with its class names and provenance."""
    save_tensors(net.state_dict(), {"classes": classes, "info": info}, path)


def load_embedded(path: Path) -> tuple[EmbeddedNet, list[str]]:
    """Read the extractor and its class names."""
    state, facts = load_tensors(path, "an embedded feature extractor")
    if "classes" not in facts:
        raise CocktailError(f"{path}: no `classes` in it; expected an extractor made by train-features")
    net = EmbeddedNet(len(facts["classes"]))
    net.load_state_dict(state)
    return net.eval().requires_grad_(False), facts["classes"]
