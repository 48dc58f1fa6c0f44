"""How fast training and drawing are on this machine: images a second, by precision.

    OMP_NUM_THREADS=1 python benchmarks/speed.py --batch 16 --precision bf16 fp32

Quiet lower quartiles of step times, R1 steps weighted as they come (one in r1_interval); no data is
read. The recipe is that of params.yaml's defaults.
"""

import argparse
import time
from collections.abc import Callable

import torch

from gan_cocktail import device
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import AugmentationParams, TrainingParams
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import DTYPES, Trainer, TrainingJob


def quartile(seconds: list[float]) -> float:
    """The lower quartile: what a step takes when nobody disturbs it."""
    return sorted(seconds)[len(seconds) // 4]


def timed(action: Callable[[], object], where: torch.device) -> float:
    """Seconds of one call, the device's work included."""
    start = time.perf_counter()
    action()
    if where.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def training_rate(settings: TrainingParams, network: NetworkParams, seconds: float, where: torch.device) -> float:
    """Real images a second."""
    images = torch.randint(0, 256, (2000, 3, network.img_resolution, network.img_resolution), dtype=torch.uint8)
    job = TrainingJob(Model.random(network, 0), FixedDatasets([images], where), [1.0], settings, 0)
    trainer = Trainer(job, where)
    if trainer.ada:
        trainer.ada.p = torch.tensor(0.3)
    for _ in range(settings.r1_interval + 1):
        trainer.step()
    plain, with_r1, start = [], [], time.monotonic()
    while time.monotonic() - start < seconds or len(with_r1) < 2:
        steps = with_r1 if trainer.steps % settings.r1_interval == 0 else plain
        steps.append(timed(trainer.step, where))
    n = settings.r1_interval
    return settings.batch_size * n / ((n - 1) * quartile(plain) + quartile(with_r1))


def drawing_rate(precision: str, network: NetworkParams, seconds: float, where: torch.device) -> float:
    """Generated images a second, batch 64."""
    G = Model.random(network, 0).generator().to(where)
    z, noise = torch.randn(64, network.z_dim, device=where), G.synthesis.draw_noise(64, torch.Generator(where))
    times, start = [], time.monotonic()
    with torch.no_grad():
        while time.monotonic() - start < seconds or len(times) < 8:
            times.append(timed(lambda: G(z, None, noise, DTYPES[precision]), where))
    return 64 / quartile(times)


def main() -> None:
    """Print one line a precision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--precision", nargs="+", default=["bf16", "fp32"], choices=list(DTYPES))
    parser.add_argument("--channel-base", type=int, default=1024)
    parser.add_argument("--channel-max", type=int, default=64)
    parser.add_argument("--resolution", type=int, default=32)
    parser.add_argument("--ada", action="store_true", help="with augmentation at strength 0.3")
    parser.add_argument("--seconds", type=float, default=8, help="of measurement for each number")
    a = parser.parse_args()
    where = device.pick()
    network = NetworkParams(img_resolution=a.resolution, channel_base=a.channel_base, channel_max=a.channel_max)
    print(f"{where}, {torch.get_num_threads()} threads, torch {torch.__version__}, batch {a.batch}")
    for precision in a.precision:
        ada = AugmentationParams() if a.ada else None
        settings = TrainingParams(batch_size=a.batch, precision=precision, augmentation=ada)
        training = training_rate(settings, network, a.seconds, where)
        drawing = drawing_rate(precision, network, a.seconds / 4, where)
        print(f"{precision}: training {training:.1f} images/s, drawing {drawing:.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
