"""Speed and memory of a model's training here: what a process that times real steps finds in a few seconds."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from itertools import count
from math import ceil
from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.measure import kinds
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams

START = 120.0  # seconds for PyTorch and the model to be there; not counted


@dataclass(frozen=True)
class Speed:
    """What was measured.

    drawing: seconds an image. png: bytes an image. step: seconds of a step of the recipe, penalties counted at their
    share. memory: bytes at most in use in a training, its images not counted. batch: images a step in what was
    timed; the recipe's, or fewer: then times and memory are scaled up, and are too high rather than too low.
    at_least: some kinds of steps took longer than there was time, so times are too low.
    """

    device: str
    drawing: float
    png: float
    step: float
    memory: float
    batch: int
    at_least: bool

    def facts(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)


def speed(path: Path, network: NetworkParams, settings: TrainingParams, seconds: float) -> Speed:
    """Time real steps of a model for so many seconds at most, on one core or the GPU, as the pipeline trains.

    CocktailError says why nothing was measured.
    """
    small = fitting(network, 4)
    batches = sorted({small, settings.batch_size})
    request = {"model": path.as_posix(), "training": settings.model_dump(), "batches": batches}
    told, died = _ask(request, seconds)
    found: dict[str, Any] = {}
    steps: dict[int, dict[str, dict[str, Any]]] = {}
    for line in told:
        if "kind" in line:
            steps.setdefault(line["batch"], {})[line["kind"]] = line
        else:
            found |= line
    if not steps:
        why = found.get("error") or died or f"one step of {small} images takes more than {seconds:g} seconds"
        raise CocktailError(f"{path}: speed and memory are not measured: {why}")
    shares = {kind: share for kind, (_, share) in kinds(settings).items()}
    whole = [batch for batch, timed in steps.items() if timed.keys() == shares.keys()]
    batch = max(whole or steps)
    timed, larger = steps[batch], settings.batch_size / batch
    slowest = max(line["seconds"] for line in timed.values())
    step = sum(share * timed.get(kind, {"seconds": slowest})["seconds"] for kind, share in shares.items())
    peak = max(line["peak"] for line in timed.values())
    memory = found["before"] + (peak - found["before"]) * larger
    return Speed(found["ready"], found["drawing"], found["png"], step * larger, memory, batch, not whole)


def fitting(network: NetworkParams, at_least: int) -> int:
    """The smallest batch size from `at_least` on that the groups of the minibatch standard deviation divide."""
    group = network.mbstd_group_size
    return next(batch for batch in count(4 * ceil(at_least / 4), 4) if not batch % min(group or batch, batch))


def _ask(request: dict[str, Any], seconds: float) -> tuple[list[dict[str, Any]], str]:
    """What the measuring process told before its time was over, and what it died of, if it did."""
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-m", "gan_cocktail.inspecting.measure"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with subprocess.Popen(command, env=environment, text=True, stdin=pipe, stdout=pipe, stderr=nowhere) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        timer = _timer(process, START)
        process.stdin.write(json.dumps(request))
        process.stdin.close()
        told = []
        for line in process.stdout:
            told.append(json.loads(line))
            if "ready" in told[-1]:
                timer.cancel()
                timer = _timer(process, seconds)
        code = process.wait()
        late = not timer.is_alive()
        timer.cancel()
    return told, "" if late or not code else f"its process ended with code {code}"


def _timer(process: subprocess.Popen[str], seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer
