"""When a training is past help: numbers that are not finite, or beyond all measure."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from torch import Tensor, nn

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.training.aside import STATE
from gan_cocktail.training.flat import adam_state
from gan_cocktail.training.trainer import Trainer

LIMIT = 1e6  # losses and weights of a training that learns are thousands of times smaller


class DivergedError(CocktailError):
    """A loss, a gradient or a weight is no longer a finite number, or exploded."""


def check_finite(values: Mapping[str, float], folder: Path, step: int, kimg: float) -> None:
    """Raise DivergedError, naming step, value, last good state and ways out, if one is not finite or beyond LIMIT."""
    for name, value in values.items():
        if not abs(value) <= LIMIT:  # of nan too
            raise DivergedError(
                f"{folder}: {name} became {value:g} before step {step}, {kimg:g} kimg; the state saved last is kept "
                f"({_last(folder)}). Lower training.learning_rate, raise training.r1_gamma or use precision fp32: "
                "it then starts anew"
            )


def check_trainer(trainer: Trainer, folder: Path) -> None:
    """The same of everything that a state holds, so that none is saved that is past help; names the tensor."""
    found = {name: value for name, value in _extremes(trainer) if not abs(value) <= LIMIT}
    check_finite(found, folder, trainer.steps, trainer.kimg)


def _extremes(trainer: Trainer) -> Iterator[tuple[str, float]]:
    """Each tensor's number of greatest magnitude, with a name; of buffers that are fine, one for all."""
    for part, net, flat, optimizer in (
        ("G", trainer.G, trainer.flat_G, trainer.adam_G),
        ("D", trainer.D, trainer.flat_D, trainer.adam_D),
    ):
        yield _worst(f"a weight of {part}", net, flat.detach())
        squares = adam_state(optimizer).get("exp_avg_sq")
        if squares is not None:
            yield _worst(f"a gradient of {part}", net, squares.sqrt())
    yield _worst("a weight of G's moving average", trainer.G_ema, trainer.flat_ema.detach())
    for name, buffer in trainer.G.named_buffers():
        yield f"{name} of G", _greatest(buffer)
    yield "the mean path length", _greatest(trainer.path_length_mean)


def _worst(what: str, net: nn.Module, flat: Tensor) -> tuple[str, float]:
    """The first parameter, by name, whose part of a flat buffer is past help, else the greatest of all."""
    value, offset = _greatest(flat), 0
    if abs(value) <= LIMIT:
        return what, value
    for name, parameter in net.named_parameters():
        value = _greatest(flat[offset : offset + parameter.numel()])
        if not abs(value) <= LIMIT:
            return f"{what} ({name})", value
        offset += parameter.numel()
    return what, value


def _greatest(tensor: Tensor) -> float:
    return float(tensor.abs().max()) if tensor.numel() else 0.0  # nan, if one is


def _last(folder: Path) -> str:
    """Which state is the last good one."""
    path = folder / STATE
    if not path.exists():
        return "none yet of this training"
    facts = read_facts(path, "the state of a training")
    return f"{path.name}, step {facts['steps']}, {facts['kimg']:g} kimg"
