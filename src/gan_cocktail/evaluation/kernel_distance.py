"""KID: the squared MMD of features, over random subsets."""

from functools import cached_property

import numpy as np

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.metrics import Array

BLOCK = 250  # rows of a matrix of kernels held at once: more of them leave the cache


class KernelDistance:
    """KID to features y [M, D]: what depends on y alone is computed once, for all models that are compared with it.

    The kernel is (x . y / D + 1)^3; a sample never meets itself, so the expectation is 0 for equal distributions, and
    single values can be negative (Binkowski et al. 2018, eq. 4).
    """

    def __init__(self, y: np.ndarray, subsets: int, size: int, seed: int):
        self.y, self.subsets, self.size, self.seed = y.astype(np.float64), subsets, size, seed

    def __call__(self, x: np.ndarray) -> tuple[float, float]:
        """Mean and standard deviation of the squared MMD of x [N, D] and y over random subsets.

        Raises CocktailError if there are fewer features than a subset needs.
        """
        if (found := min(len(x), len(self.y))) < self.size:
            raise CocktailError(
                f"evaluation.kid_subset_size is {self.size}, but there are only {found} features; lower it"
            )
        x, rows = x.astype(np.float64), self._rows(len(x), 0)
        across = _sums(x, self.y, rows, self._of_y) / self.size**2
        values = _within(x, rows) + self._within_y - 2 * across
        return float(values.mean()), float(values.std())

    def _rows(self, n: int, stream: int) -> np.ndarray:
        """Indices [subsets, size] into n features, none twice in a subset."""
        rng = np.random.default_rng([self.seed, stream])
        return np.stack([rng.choice(n, self.size, replace=False) for _ in range(self.subsets)])

    @cached_property
    def _of_y(self) -> np.ndarray:
        return self._rows(len(self.y), 1)

    @cached_property
    def _within_y(self) -> Array:
        return _within(self.y, self._of_y)


def _kernel(x: Array, y: Array) -> Array:
    base = x @ y.T / x.shape[1] + 1
    return base * base * base


def _sums(x: Array, y: Array, rows_x: np.ndarray, rows_y: np.ndarray) -> Array:
    """Sum [subsets] of the kernel over all pairs of a subset of x and one of y, given as rows [subsets, size].

    Where the subsets have more pairs than the whole sets, the kernel is computed of each pair once.
    """
    if len(x) * len(y) > rows_x.size * rows_y.shape[1]:
        return np.array([_kernel(x[i], y[j]).sum() for i, j in zip(rows_x, rows_y, strict=True)])
    of_x, of_y = _members(rows_x, len(x)), _members(rows_y, len(y))
    blocks = [slice(start, start + BLOCK) for start in range(0, len(x), BLOCK)]
    return np.sum([((of_x[:, block] @ _kernel(x[block], y)) * of_y).sum(1) for block in blocks], 0)


def _within(x: Array, rows: np.ndarray) -> Array:
    """Mean [subsets] of the kernel over the pairs of different members of each subset."""
    own = (np.square(x).sum(1) / x.shape[1] + 1) ** 3
    size = rows.shape[1]
    return (_sums(x, x, rows, rows) - own[rows].sum(1)) / (size * (size - 1))


def _members(rows: np.ndarray, n: int) -> Array:
    """Whether [subsets, n] a feature is in a subset, as 0 or 1."""
    members = np.zeros((len(rows), n))
    np.put_along_axis(members, rows, 1, 1)
    return members
