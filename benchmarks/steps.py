"""Training and drawing at one size, timed in a process of its own: JSON on standard output.

OMP_NUM_THREADS=1 python -m benchmarks.steps 64 fp32 20
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from benchmarks.roofline import seconds, wait
from benchmarks.sizes import SIZES
from gan_cocktail import device
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.inspecting.measure import kinds, peak
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.plan.needs import training_products
from gan_cocktail.plan.sizes import generator_size
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import DTYPES, Trainer, TrainingJob

DRAWN = 16  # images at a time
KINDS = {  # of operations, by what their names hold; the first that fits
    "convolutions": ("conv",),
    "products": ("mm", "linear"),
    "copies": ("copy", "cat", "fill", "zero", "pad", "index", "slice", "empty"),
}


def spread(times: Sequence[float]) -> dict[str, float]:
    """Seconds: median and quartiles, and how many times it was done."""
    quartiles = torch.tensor(times, dtype=torch.float64).quantile(torch.tensor([0.25, 0.5, 0.75], dtype=torch.float64))
    return dict(zip(("low", "median", "high"), quartiles.tolist(), strict=True)) | {"n": len(times)}


def training(network: NetworkParams, recipe: TrainingParams, at_least: float, where: torch.device) -> dict[str, Any]:
    """Seconds of each kind of step, images a second at their shares, and where the time of a plain step goes."""
    trainer = trainer_of(network, recipe, where)
    found, step = {}, 0.0
    for kind, (number, share) in kinds(recipe).items():
        found[kind] = spread(seconds(lambda n=number: take(trainer, n), where, at_least * max(share, 0.2)))
        step += share * found[kind]["median"]
    rate = recipe.batch_size / step
    plain = next(iter(kinds(recipe).values()))[0]
    return {
        "seconds": found,
        "images/s": rate,
        "GFLOP/s": 2 * training_products(network, recipe) * rate / 1e9,
        "share of time": shares(lambda: take(trainer, plain), where),
    }


def trainer_of(network: NetworkParams, recipe: TrainingParams, where: torch.device) -> Trainer:
    """Random weights, and random images to train on."""
    shape = 64, *network.img_shape
    images = FixedDatasets([torch.randint(0, 256, shape, dtype=torch.uint8)], where)
    return Trainer(TrainingJob(Model.random(network, 0), images, [1.0], recipe, 0), where)


def recipe_of(network: NetworkParams, batch: int, precision: str) -> TrainingParams:
    """The default recipe, above 32 pixels with path lengths."""
    large = network.img_resolution > 32
    return TrainingParams(batch_size=batch, precision=precision, path_length_weight=2 if large else 0)


def take(trainer: Trainer, number: int) -> None:
    """One step, of the kind that the step of this number is."""
    trainer.steps = number
    trainer.step()


def shares(action: Callable[[], object], where: torch.device) -> dict[str, float]:
    """Of the time of a call: in each kind of operation of PyTorch, and outside them (Python, dispatch)."""
    with profile(activities=[ProfilerActivity.CPU]) as watched:
        start = time.perf_counter()
        action()
        wait(where)
        took = time.perf_counter() - start
    found = dict.fromkeys([*KINDS, "elementwise"], 0.0)
    for each in watched.key_averages():
        name = next((kind for kind, parts in KINDS.items() if any(part in each.key for part in parts)), "elementwise")
        found[name] += each.self_cpu_time_total / 1e6 / took
    return found | {"outside": max(0.0, 1 - sum(found.values()))}


def drawing(network: NetworkParams, precision: str, at_least: float, where: torch.device) -> dict[str, float]:
    """Images a second, DRAWN at a time, and what that is in products."""
    G = Model.random(network, 0).generator().to(where)
    z, noise = torch.randn(DRAWN, network.z_dim, device=where), G.synthesis.draw_noise(DRAWN, torch.Generator(where))
    with torch.no_grad():
        rate = DRAWN / spread(seconds(lambda: G(z, None, noise, DTYPES[precision]), where, at_least))["median"]
    return {"images/s": rate, "GFLOP/s": 2 * generator_size(network).products * rate / 1e9}


def main(size: str, precision: str, at_least: float) -> None:
    """Print what is found."""
    where = device.pick()
    network, batch = SIZES[size]
    recipe = recipe_of(network, batch, precision)
    found = {"training": training(network, recipe, at_least, where)}
    found["drawing"] = drawing(network, precision, at_least / 4, where)
    print(json.dumps(found | {"batch": batch, "peak MB": round(peak(where) / 1e6)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
