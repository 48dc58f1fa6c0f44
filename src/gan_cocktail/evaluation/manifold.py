"""Precision and recall of features by nearest neighbours (Kynkaanniemi et al. 2019)."""

import numpy as np
import torch
from torch import Tensor

from gan_cocktail.errors import CocktailError

NEIGHBOURS = 3
BLOCK = 512  # rows of a distance matrix held at once: 100 MB against 50,000 columns


def precision_recall(
    generated: np.ndarray, real: np.ndarray, neighbours: int = NEIGHBOURS, device: torch.device | None = None
) -> tuple[float, float]:
    """Shares of `generated` [N, D] inside the manifold of `real` [M, D], and of `real` inside that of `generated`.

    A set's manifold is the union of balls about its members, each reaching to the member's k-th nearest
    neighbour in the set (eq. 1 and 2, k = 3). In float32; takes N * BLOCK numbers of memory, never N * M.
    Raises CocktailError if a set has no k-th neighbour.
    """
    if min(len(generated), len(real)) <= neighbours:
        raise CocktailError(
            f"precision and recall look at {neighbours} nearest neighbours, found {len(generated)} generated and "
            f"{len(real)} reference images; raise evaluation.n_images or use a larger reference"
        )
    centre = real.mean(0, dtype=np.float32)  # distances are the same, and rounding is less about the origin
    x, y = (torch.from_numpy(each.astype(np.float32) - centre).to(device or "cpu") for each in (generated, real))
    reach_x, reach_y = _reach(x, neighbours), _reach(y, neighbours)
    inside_y, inside_x = [], torch.zeros(len(y), dtype=torch.bool, device=y.device)
    for part, reach in zip(x.split(BLOCK), reach_x.split(BLOCK), strict=True):
        distance = torch.cdist(part, y)
        inside_y.append((distance <= reach_y).any(1))
        inside_x |= (distance <= reach[:, None]).any(0)
    return float(torch.cat(inside_y).double().mean()), float(inside_x.double().mean())


def _reach(x: Tensor, neighbours: int) -> Tensor:
    """Distance [N] of each row to its k-th nearest other row: the nearest of all is the row itself."""
    return torch.cat([torch.cdist(part, x).kthvalue(neighbours + 1, 1).values for part in x.split(BLOCK)])


def equal_subsets(generated: np.ndarray, real: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """As many rows of each as the smaller has, chosen by `seed`: the metric depends on the sizes of the sets."""
    n = min(len(generated), len(real))
    rng = np.random.default_rng(seed)
    a, b = (each[np.sort(rng.choice(len(each), n, replace=False))] for each in (generated, real))
    return a, b
