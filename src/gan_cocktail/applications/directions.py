"""Semantic directions: the unit normal in W of the plane that parts images high and low in an attribute.

Source: the linear boundaries of Shen et al. 2020 ("InterFaceGAN", CVPR), sec. 3.2; found once and used in
every domain, Avrahami et al. 2022.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from sklearn.svm import LinearSVC
from torch import Tensor

from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors

HELD_OUT = 4  # one image in so many is kept from the fit
PENALTY = 0.001  # the SVM's C: weak attributes, fitted harder, end in directions along which no image lies


@dataclass
class Direction:
    """A direction in W.

    normal: [w_dim], of unit length, towards more of the attribute. std: the standard deviation of w along
    it, the unit of steps. accuracy: share of held-out images on the right side of the plane; chance is 0.5.
    Where none was found, all three are of `nowhere`, and `info` has the reason as `none`.
    """

    normal: Tensor
    std: float
    accuracy: float
    info: dict[str, Any] = field(default_factory=dict)


def fit(w: Tensor, values: Tensor) -> Direction:
    """The direction in which `values` [N] grow over w [N, w_dim], from the lowest and the highest third.

    Every fourth image of those is held out. Raises CocktailError if there are too few images, or if
    the attribute is the same in a third of them.
    """
    third = len(values) // 3
    order = values.argsort(stable=True)
    low, high = order[:third], order[len(order) - third :]
    if third < HELD_OUT or values[low[-1]] >= values[high[0]]:
        raise CocktailError(
            f"expected {3 * HELD_OUT} images or more, the attribute of the lowest third below that of the highest; "
            f"found {len(values)}, from {values.min():g} to {values.max():g}, too many alike; draw more, or choose "
            "another attribute (`applications.attributes`; `applications: null` leaves directions out)"
        )
    chosen = torch.cat([low, high]).sort().values  # the order of drawing, which knows nothing of the attribute
    scale = w.std(0).mean()  # makes the SVM's penalty mean the same in every W
    x = ((w - w.mean(0)) / scale)[chosen].double().numpy()
    y = (values[chosen] > values[low[-1]]).numpy()
    held = torch.arange(len(chosen)).numpy() % HELD_OUT == 0
    svm = LinearSVC(C=PENALTY, dual=False).fit(x[~held], y[~held])  # the primal problem: no random numbers
    normal = torch.nn.functional.normalize(torch.from_numpy(svm.coef_[0]), dim=0).float()
    return Direction(normal, (w @ normal).std().item(), float(svm.score(x[held], y[held])))


def nowhere(w_dim: int, reason: str) -> Direction:
    """In place of a direction where there is none: it leads nowhere, and its accuracy is chance."""
    return Direction(torch.zeros(w_dim), 0.0, 0.5, {"none": reason})


def traverse(w: Tensor, direction: Direction, steps: Tensor) -> Tensor:
    """w [N, w_dim] moved along a direction by steps [S], in standard deviations: [N, S, w_dim]."""
    offsets = steps[:, None] * direction.std * direction.normal
    return w[:, None] + offsets.to(w.device)


def save(direction: Direction, path: Path) -> None:
    """Write a direction atomically: tensor `normal`, and its facts."""
    facts = {"std": direction.std, "accuracy": direction.accuracy, "info": direction.info}
    save_tensors({"normal": direction.normal}, facts, path)


def load(path: Path) -> Direction:
    """Read a direction; CocktailError if the file is missing, broken, or something else."""
    tensors, facts = load_tensors(path, "a direction")
    if "normal" not in tensors:
        raise CocktailError(
            f"{path}: expected a direction, found {facts.get('info', {}).get('kind', 'something else')}"
        )
    return Direction(tensors["normal"], facts["std"], facts["accuracy"], facts["info"])
