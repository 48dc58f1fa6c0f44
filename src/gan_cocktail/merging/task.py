"""Task arithmetic: the root, and the sum of the others' differences to it (Ilharco et al. 2023)."""

from collections.abc import Callable, Sequence

from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.alike import BUFFERS, by_tensor
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.weights import combine, one_each
from gan_cocktail.params.ways import Task

# of a tensor's name, the models that count, their tensors' differences to the root's and their weights: what the root's
# tensor is moved by
Move = Callable[[str, Sequence[int], Sequence[Tensor], Sequence[float]], Tensor]


def task(given: Ingredients, how: Task) -> Model:
    """Root + scale * sum of weight * (model - root), of every parameter and buffer."""
    factors = [how.scale * weight for weight in one_each(how.weights, len(given.models))]
    return by_tensor(given.models, lambda _, tensors: moved(tensors, given.root, factors))


def moved(tensors: Sequence[Tensor], root: int, factors: Sequence[float]) -> Tensor:
    """Root + sum of factor * (tensor - root), as a weighted sum of the tensors themselves: factors of 1 and 0 copy."""
    others = [0.0 if i == root else factor for i, factor in enumerate(factors)]
    return combine(tensors, [1 - sum(others) if i == root else factor for i, factor in enumerate(others)])


def by_differences(
    given: Ingredients, weights: Sequence[float] | None, scale: float, move: Move, *, mean: bool = False
) -> Model:
    """Root + scale * move, of every parameter; buffers, which are no weights, as of task arithmetic.

    mean: whether the move is a weighted mean of differences, else it is a sum; buffers' is then one too.
    Models of weight 0 are left out, whatever they hold.
    """
    every = one_each(weights, len(given.models))
    some = [i for i, weight in enumerate(every) if weight and i != given.root]
    factors = [every[i] for i in some]
    total = sum(factors) if mean and some else 1.0
    of_buffers = [scale * weight / total for weight in every]

    def merge(name: str, tensors: list[Tensor]) -> Tensor:
        root = tensors[given.root]
        if not some or name.endswith(BUFFERS):
            return moved(tensors, given.root, of_buffers)
        return root + scale * move(name, some, [tensors[i] - root for i in some], factors)

    return by_tensor(given.models, merge)
