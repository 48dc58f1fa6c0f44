"""What a model's training takes on this machine: real steps, timed in a process of their own.

`python -m gan_cocktail.inspecting.measure` is that process: it reads a request, and writes what it found as it goes, a
JSON object a line, so that whoever waits can end it at any time and keep what there is.
"""

import json
import re
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from math import lcm
from pathlib import Path
from typing import Any

import psutil
import torch

from gan_cocktail import device
from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.data.images import png
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import Trainer, TrainingJob

IMAGES = 4  # drawn, and then trained on
STATE = 3 * 4  # bytes a weight that the first step adds: its gradient, and Adam's two averages
PLAIN, R1, PATH_LENGTH = "plain", "r1", "path_length"


def with_discriminator(model: Model) -> Model:
    """The model, with a new discriminator if it has none: its training takes the same."""
    return model if model.D else replace(model, D=Model.random(model.network, 0).D)


def kinds(settings: TrainingParams) -> dict[str, tuple[int, float]]:
    """The kinds of steps: plain ones, with a penalty, with both; of each one step's number, and their share of all."""
    r1 = settings.r1_interval if settings.r1_gamma else 0
    lengths = settings.path_length_interval if settings.path_length_weight else 0
    lap = lcm(r1 or 1, lengths or 1)
    found: dict[str, list[int]] = {}
    for step in range(lap):
        parts = [R1] * bool(r1 and step % r1 == 0) + [PATH_LENGTH] * bool(lengths and step % lengths == 0)
        found.setdefault("+".join(parts) or PLAIN, []).append(step)
    by_share = sorted(found.items(), key=lambda item: -len(item[1]))
    return {kind: (steps[0], len(steps) / lap) for kind, steps in by_share}


def measure(
    model: Model, settings: TrainingParams, batches: list[int], place: torch.device
) -> Iterator[dict[str, Any]]:
    """What is found, one by one: seconds of drawing an image, and bytes of its PNG; then of each batch size seconds of
    each kind of step, bytes that are held whatever the batch, and at most so far.

    Of each batch size the first step is not timed: it makes room.
    """
    images = torch.cat(list(draw(model, 0, IMAGES, 0, "warm", place)))
    with _Watch(place) as watch:
        images = torch.cat(list(draw(model, 0, IMAGES, 0, "measure", place)))
    n_bytes = sum(len(png(image)) for image in images) / IMAGES
    yield {"drawing": watch.seconds / IMAGES, "png": n_bytes}
    classes = [images, *[None] * (model.network.c_dim - 1)]
    shares = [1.0] + [0.0] * (len(classes) - 1)
    for batch in batches:
        recipe = settings.model_copy(update={"batch_size": batch})
        trainer = Trainer(TrainingJob(model, FixedDatasets(classes, place), shares, recipe, 0), place)
        held = _held(place) + STATE * (trainer.flat_G.numel() + trainer.flat_D.numel())
        trainer.step()
        for kind, (number, _) in kinds(recipe).items():
            trainer.steps = number
            with _Watch(place) as watch:
                trainer.step()
            yield {"batch": batch, "kind": kind, "seconds": watch.seconds, "held": held, "peak": peak(place)}


class _Watch:
    """Seconds of a block; on a GPU until its work is done."""

    def __init__(self, place: torch.device):
        self.place, self.seconds = place, 0.0

    def __enter__(self) -> "_Watch":
        self._wait()
        self.start = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self._wait()
        self.seconds = time.perf_counter() - self.start

    def _wait(self) -> None:
        if self.place.type == "cuda":
            torch.cuda.synchronize(self.place)


def _held(place: torch.device) -> int:
    """The bytes in use, as _peak counts them."""
    return torch.cuda.memory_reserved(place) if place.type == "cuda" else psutil.Process().memory_info().rss


def peak(place: torch.device) -> int:
    """The most bytes that were in use so far: of the GPU's memory, or of this process."""
    if place.type == "cuda":
        return torch.cuda.max_memory_reserved(place)
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss would count the parent's
        found = re.search(r"VmHWM:\s*(\d+) kB", status.read_text(encoding="ascii"))
        return int(found[1]) * 1024 if found else 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _here(place: torch.device) -> int:
    """All the memory that there is."""
    if place.type == "cuda":
        return torch.cuda.get_device_properties(place).total_memory
    return psutil.virtual_memory().total


def _limit() -> None:
    """Let PyTorch raise an error where memory is out, before the system ends this process or another."""
    available = psutil.virtual_memory().available + psutil.Process().memory_info().rss
    resource.setrlimit(resource.RLIMIT_DATA, (available, resource.RLIM_INFINITY))


def main() -> None:
    """Answer one request: the model's path, the recipe, the batch sizes."""
    asked = json.load(sys.stdin)
    try:
        place = device.pick()
        if place.type == "cpu":
            _limit()
        model = with_discriminator(load(Path(asked["model"])))
        settings = parse_section(TrainingParams, asked["training"], "the recipe")
        print(json.dumps({"ready": str(place), "here": _here(place)}), flush=True)
        for told in measure(model, settings, asked["batches"], place):
            print(json.dumps(told), flush=True)
    except (CocktailError, RuntimeError, MemoryError) as e:  # RuntimeError: PyTorch's, when memory is out
        print(json.dumps({"error": str(e).splitlines()[0]}), flush=True)


if __name__ == "__main__":
    main()
