"""The shapes of a network's tensors, without the memory that they would take."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from gan_cocktail.params.network import NetworkParams

M = TypeVar("M", bound=nn.Module)
MAKERS = (torch.randn, torch.zeros, torch.ones)
KEEPERS = (torch.Tensor.div, torch.Tensor.contiguous)  # give the shape of what they are given


class _Empty(TorchFunctionMode):
    """New tensors have a shape and no content.

    `torch.device("meta")` alone does the same, but by PyTorch's compiler: 120 MB and two seconds for its import.
    """

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if func in MAKERS:
            return torch.empty(*args, device="meta")
        if func is torch.full:
            return torch.empty(args[0], device="meta")
        if func in KEEPERS:
            return args[0]
        return func(*args, **(kwargs or {}))


def outline(build: Callable[[NetworkParams], M], network: NetworkParams) -> M:
    """A network whose tensors are on the meta device."""
    with _Empty():
        return build(network)


def shapes(build: Callable[[NetworkParams], nn.Module], network: NetworkParams) -> dict[str, tuple[int, ...]]:
    """The shape of each tensor of Generator or Discriminator with these settings, by its name."""
    return {name: tuple(tensor.shape) for name, tensor in outline(build, network).state_dict().items()}
