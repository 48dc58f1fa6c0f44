"""A w a layer: coarse layers from one domain, fine layers from another.

Source: style mixing, Karras et al. 2019 (CVPR), sec. 3.1; across domains, Avrahami et al. 2022.
"""

import torch
from torch import Tensor

from gan_cocktail.applications.drawing import map_class
from gan_cocktail.networks.generator import Generator


def cross(first: Tensor, rest: Tensor, cutoff: int, num_ws: int) -> Tensor:
    """ws [..., num_ws, w_dim]: w `first` in the first `cutoff` (coarse) layers, w `rest` in the others."""
    coarse = (torch.arange(num_ws, device=first.device) < cutoff)[:, None]
    return torch.where(coarse, first.unsqueeze(-2), rest.unsqueeze(-2))


def swap(G: Generator, z: Tensor, classes: tuple[int, int]) -> Tensor:
    """ws [R, num_ws + 1, num_ws, w_dim] of z [R, z_dim]: in column k the first k layers are of the first class.

    Column 0 is the second class alone, the last column the first class alone.
    """
    num_ws = G.synthesis.num_ws
    first, rest = (map_class(G, z, c) for c in classes)
    return torch.stack([cross(first, rest, k, num_ws) for k in range(num_ws + 1)], 1)


def mix(G: Generator, z_rows: Tensor, z_columns: Tensor, classes: tuple[int, int], cutoff: int) -> Tensor:
    """ws [1 + R, 1 + C, num_ws, w_dim]: row latents in the first `cutoff` layers, column latents in the rest.

    Row 0 and column 0 are the latents themselves: columns of the second class, rows of the first. The
    corner, which stands for nothing, repeats the first row's.
    """
    num_ws = G.synthesis.num_ws
    rows, columns = map_class(G, z_rows, classes[0]), map_class(G, z_columns, classes[1])
    table = cross(rows[:, None], columns[None], cutoff, num_ws)
    left = cross(rows, rows, cutoff, num_ws)[:, None]
    top = cross(columns, columns, cutoff, num_ws)[None]
    return torch.cat([torch.cat([left[:1], top], 1), torch.cat([left, table], 1)])
