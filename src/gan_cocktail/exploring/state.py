"""What the page's controls say: a small value; pictures and downloads are functions of it and of the model."""

from dataclasses import dataclass, replace

SPAN = 3.0  # standard deviations that a direction leads at most


@dataclass(frozen=True)
class State:
    """Everything that decides a picture.

    A is `seed`, or the projected image of number `projected`, in a mix of classes: `shares` (a class each, not all 0)
    of w truncated by `psi` (a class each, towards that class's mean). B is seed `other_seed`, or A's own latent if
    None, in class `other_class`. toward: from A (0) to B (1) in W. layers: the coarse layers that are drawn so; the
    rest are B's. steps: along each direction, in its standard deviations, in all layers.
    """

    shares: tuple[float, ...]
    psi: tuple[float, ...]
    layers: int
    seed: int = 0
    projected: int | None = None
    other_seed: int | None = None
    other_class: int = 0
    toward: float = 0.0
    steps: tuple[float, ...] = ()


def only(label: int, n: int) -> tuple[float, ...]:
    """Shares of n classes: one alone."""
    return tuple(float(k == label) for k in range(n))


def at(values: tuple[float, ...], index: int, value: float) -> tuple[float, ...]:
    """The values with one of them replaced."""
    return (*values[:index], value, *values[index + 1 :])


def first_state(n_classes: int, num_ws: int, n_directions: int) -> State:
    """Where the page starts: seed 0 in the first class; B is the same latent in the next class, or the next seed."""
    alone = n_classes == 1
    return State(
        shares=only(0, n_classes),
        psi=(1.0,) * n_classes,
        layers=num_ws,
        other_seed=1 if alone else None,
        other_class=0 if alone else 1,
        steps=(0.0,) * n_directions,
    )


def plain_copy(state: State, num_ws: int) -> State:
    """The same with A alone: no interpolation, no swapped layers."""
    return replace(state, toward=0.0, layers=num_ws)
