"""Costs, and what is taken, as a person says them."""

from collections.abc import Sequence
from pathlib import Path

from gan_cocktail.inspecting.estimate import Estimate
from gan_cocktail.inspecting.files import File, Given
from gan_cocktail.inspecting.proposal import SHORTEST
from gan_cocktail.inspecting.speed import Speed

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def size(n_bytes: float) -> str:
    """A number of bytes in the unit that suits it."""
    k = 0
    while n_bytes >= 1000 and k < len(UNITS) - 1:
        n_bytes, k = n_bytes / 1000, k + 1
    return f"{n_bytes:.3g} {UNITS[k]}"


def summary(took: Estimate, speed: Speed) -> list[str]:
    """What it takes, in sentences."""
    about = "at least" if took.at_least else "about"
    where = f"{took.side_by_side} trainings side by side, a core each" if speed.device == "cpu" else "the GPU"
    lines = [
        f"Here, with {where}: {about} {duration(took.hours)},",
        f"of {took.kimg:g} kimg of training and {took.drawn:,} images drawn (features and figures not counted);",
        f"{size(took.disk)} of disk; {size(took.memory)} of memory a training, and a merge",
        f"{size(took.images)} more where its images are held in memory. Timed with {speed.batch} images a step.",
    ]
    if took.memory > speed.here:
        lines.append(f"That is more memory than there is, {size(speed.here)}: take a smaller batch_size.")
    return lines


def telling_excess(took: Estimate, hours: float, path: Path) -> list[str]:
    """That an experiment takes longer than was asked for, and what makes it so; nothing if it does not."""
    if took.hours <= hours:
        return []
    return [
        f"That is more than --hours {hours:g}: stages have the least budget, {SHORTEST:g} kimg, and "
        f"methods, evaluation and applications ask for {took.drawn:,} images whatever it is; shorten these in {path}."
    ]


def telling_references(given: Sequence[Given]) -> list[str]:
    """Of each checkpoint with statistics beside it, whether they are taken."""
    return [f"{g.name}, reference: {g.statistics.sentence}" for g in given if isinstance(g, File) and g.statistics]


def duration(hours: float) -> str:
    """A time in the unit that suits it."""
    if hours >= 48:
        return f"{hours / 24:.3g} days"
    return f"{hours:.2g} hours" if hours >= 1 else f"{max(hours * 60, 0.1):.2g} minutes"
