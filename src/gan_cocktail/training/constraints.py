"""What holds a training back: weights pulled towards their start, weights that do not move."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from gan_cocktail.training.flat import flat_values


class Anchor:
    """The penalty sum s (theta - theta_0)^2, theta_0 being the weights now (Kirkpatrick et al. 2017, eq. 3).

    strength: s by parameter name; a parameter without one is free.
    """

    def __init__(self, module: nn.Module, flat: nn.Parameter, strength: Mapping[str, Tensor]):
        self.start = flat.detach().clone()
        self.strength = flat_values(module, strength)

    @torch.no_grad()
    def pull(self, flat: nn.Parameter) -> None:
        """Add the penalty's gradient."""
        assert flat.grad is not None
        flat.grad.addcmul_(flat - self.start, self.strength, value=2)

    @torch.no_grad()
    def penalty(self, flat: nn.Parameter) -> Tensor:
        """Its value."""
        return (flat - self.start).square().mul(self.strength).sum()


def free_elements(module: nn.Module, frozen: Sequence[str]) -> Tensor:
    """1 for every element of the flat buffer that may move, 0 for parameters whose name begins with one of `frozen`."""
    free = {name: torch.tensor(float(not name.startswith(tuple(frozen)))) for name, _ in module.named_parameters()}
    return flat_values(module, free)
