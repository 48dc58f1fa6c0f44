"""All parameters of a network in one buffer: Adam, EMA and zeroing gradients are one operation each."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn


def flatten(module: nn.Module) -> nn.Parameter:
    """Move parameters and their gradients into one flat buffer each; returns it, with `.grad` set.

    Parameters stay usable by name and keep their memory layout.
    """
    parameters = list(module.parameters())
    size = sum(p.numel() for p in parameters)
    like = parameters[0]
    data = torch.empty(size, device=like.device)
    grad = torch.zeros_like(data)
    offset = 0
    for p in parameters:
        view = data.as_strided(p.shape, p.stride(), offset)
        view.copy_(p.data)
        p.data, p.grad = view, grad.as_strided(p.shape, p.stride(), offset)
        offset += p.numel()
    flat = nn.Parameter(data)
    flat.grad = grad
    return flat


def flat_values(module: nn.Module, values: Mapping[str, Tensor]) -> Tensor:
    """One value for each element of the buffer that `flatten` makes of this module; 0 for parameters not in `values`.

    values: by parameter name, broadcast to its shape.
    """
    parameters = list(module.named_parameters())
    flat = torch.zeros(sum(p.numel() for _, p in parameters), device=parameters[0][1].device)
    offset = 0
    for name, p in parameters:
        if name in values:
            flat.as_strided(p.shape, p.stride(), offset).copy_(values[name].expand(p.shape))
        offset += p.numel()
    return flat


def adam(flat: nn.Parameter, learning_rate: float, interval: int | None) -> torch.optim.Adam:
    """Adam (0, 0.99) with the correction for a penalty applied every `interval` steps (StyleGAN2, app. B)."""
    ratio = 1.0 if interval is None else interval / (interval + 1)
    return torch.optim.Adam([flat], learning_rate * ratio, (0.0, 0.99**ratio), 1e-8, fused=True)


def adam_state(optimizer: torch.optim.Adam) -> dict[str, Tensor]:
    """The tensors of a one-parameter optimizer; empty before its first step."""
    (parameter,) = optimizer.param_groups[0]["params"]
    return dict(optimizer.state[parameter])


def restore_adam(optimizer: torch.optim.Adam, state: dict[str, Tensor]) -> None:
    """Put back what adam_state returned."""
    (parameter,) = optimizer.param_groups[0]["params"]
    optimizer.state[parameter] = {k: v.to(parameter.device) for k, v in state.items()}
