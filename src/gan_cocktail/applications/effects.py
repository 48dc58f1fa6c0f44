"""What a direction does: the attribute along its traverse, in any domain."""

from dataclasses import dataclass, replace

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.applications.attributes import measure
from gan_cocktail.applications.directions import Direction, traverse
from gan_cocktail.applications.drawing import draw_images
from gan_cocktail.networks.generator import Generator
from gan_cocktail.seeds import stream

CONTROLS = 10  # random directions that a direction is compared with


@dataclass
class Effect:
    """The attribute over a traverse of steps -a to a.

    mean: at each step. change: from -a to a, in standard deviations that the attribute has between
    the images at step 0. agreement: share of images whose attribute is larger at a than at -a.
    correlation: Pearson's, of step and attribute over all images.
    """

    mean: list[float]
    change: float
    agreement: float
    correlation: float


def effect(values: Tensor, steps: Tensor) -> Effect:
    """Summary of an attribute [N, S] at steps [S], odd in number and symmetric about 0."""
    spread = values[:, len(steps) // 2].std().clamp_min(1e-8)
    rise = values[:, -1] - values[:, 0]
    pairs = torch.stack([steps.expand_as(values).flatten(), values.flatten()])
    return Effect(
        values.mean(0).tolist(),
        (rise.mean() / spread).item(),
        (rise > 0).float().mean().item(),
        torch.corrcoef(pairs)[0, 1].nan_to_num().item(),  # 0 for an attribute that nothing changes
    )


def measure_traverse(G: Generator, w: Tensor, direction: Direction, steps: Tensor, attribute: str, seed: int) -> Tensor:
    """The attribute [N, S] of images of w [N, w_dim] moved by steps [S] along a direction."""
    columns = traverse(w, direction, steps).unbind(1)
    return torch.stack([measure(attribute, draw_images(G, column, seed)) for column in columns], 1)


def control(
    G: Generator, w: Tensor, direction: Direction, steps: Tensor, attribute: str, seed: int, still: Tensor
) -> float:
    """Mean size of the change that random directions with steps of the same length make.

    still: the attribute [N] at step 0, which is the same in all directions.
    """
    rng = stream(seed, "applications", "control")
    ends, changes = steps[[0, -1]], []
    for _ in range(CONTROLS):
        other = replace(direction, normal=F.normalize(torch.randn(w.shape[1], generator=rng), dim=0))
        first, last = measure_traverse(G, w, other, ends, attribute, seed).unbind(1)
        changes.append(abs(effect(torch.stack([first, still, last], 1), torch.tensor([-1.0, 0.0, 1.0])).change))
    return sum(changes) / len(changes)
