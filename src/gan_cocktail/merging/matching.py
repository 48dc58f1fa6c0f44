"""Bring a network's channels into the order in which its weights are most like another's.

Source: Ainsworth et al. 2023, "Git Re-Basin", sec. 3.2 (weight matching): one linear assignment a layer at a time, the
others held, until none gains. Here each tensor counts alike, whatever its size and its learning rate.
"""

from collections.abc import Collection, Sequence

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor

from gan_cocktail.checkpoints.model import State
from gan_cocktail.merging.alike import BUFFERS
from gan_cocktail.merging.symmetries import Axis, Channels, permuted, rows


def matched(state: State, to: State, groups: Sequence[Channels], sweeps: int) -> State:
    """The same network with its channels in the order of `to`, as far as weights tell; in `sweeps` passes at most.

    A first pass goes by tensors alone whose other channels have their place already.
    """
    one, other = _of_length_one(to), _of_length_one(state)
    for k, group in enumerate(groups):
        unplaced = {axis.name for later in groups[k + 1 :] for axis in later.axes}
        order = _best_order(one, other, group, unplaced)
        other, state = permuted(other, group, order), permuted(state, group, order)
    for _ in range(sweeps):
        gained = False
        for group in groups:
            order = _best_order(one, other, group, ())
            if not torch.equal(order, torch.arange(group.size)):
                other, state, gained = permuted(other, group, order), permuted(state, group, order), True
        if not gained:
            break
    return state


def _of_length_one(state: State) -> State:
    """Each tensor in float64 over its norm (an order does not change that)."""
    return {name: tensor.double() / (tensor.double().norm() or 1.0) for name, tensor in state.items()}


def _best_order(one: State, other: State, group: Channels, left_out: Collection[str]) -> Tensor:
    """The order [size] of the other's channels in which their products with the one's are largest; ties stay put."""
    axes = [axis for axis in group.axes if axis.name not in left_out and not axis.name.endswith(BUFFERS)]
    gain = sum((_products(one, other, axis, group.size) for axis in axes), torch.zeros(group.size, group.size).double())
    order = torch.as_tensor(linear_sum_assignment(gain.numpy(), maximize=True)[1])
    here = torch.arange(group.size)
    better = gain[here, order].sum() > gain.diagonal().sum() + 1e-9
    return order if better else here


def _products(one: State, other: State, axis: Axis, size: int) -> Tensor:
    """[size, size]: of each channel of the one with each of the other."""
    return rows(one, axis, size) @ rows(other, axis, size).t()
