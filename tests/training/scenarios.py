"""Short trainings of every kind, by name; as a program that torchrun starts, all of them, saved as RANK.pt."""

import tempfile
from dataclasses import replace
from pathlib import Path

import torch

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.images import write_zip
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import AugmentationParams, TrainingParams
from gan_cocktail.seeds import stream
from gan_cocktail.training.consistency import Consistency
from gan_cocktail.training.processes import joined
from gan_cocktail.training.streams import FixedDatasets, FreshImages, PerClass
from gan_cocktail.training.trainer import Trainer, TrainingJob

CPU = torch.device("cpu")
STEPS = 13  # the last of which has changed nothing of ADA yet
SMALL = NetworkParams(img_resolution=16, z_dim=16, w_dim=16, channel_base=128, channel_max=16)
WIDE = SMALL.model_copy(update={"c_dim": 2})
PLAIN = TrainingParams(batch_size=16, learning_rate=1e-4, r1_interval=2)
PENALTIES = PLAIN.model_copy(update={"path_length_weight": 2, "path_length_interval": 3, "style_mixing": 0.9})
AUGMENTED = PLAIN.model_copy(update={"mirror": True, "augmentation": AugmentationParams(kimg=0.5)})


def pixels(seed):
    """Thirty-two uint8 images."""
    return torch.randint(0, 256, (32, 3, 16, 16), dtype=torch.uint8, generator=stream(seed, "pixels"))


def conditional(settings=PLAIN, **more):
    fixed = FixedDatasets([pixels(0), pixels(1)], CPU)
    return TrainingJob(Model.random(WIDE, 0), fixed, [0.7, 0.3], settings, 0, **more)


def unconditional(settings=PENALTIES):
    return TrainingJob(Model.random(SMALL, 0), FixedDatasets([pixels(0)], CPU), [1.0], settings, 0)


def fresh():
    """The first class's images are drawn anew."""
    anew = FreshImages([Model.random(SMALL, 5), None], (3, 16, 16), CPU)
    return replace(conditional(), stream=PerClass([FixedDatasets([None, pixels(1)], CPU), anew], [1, 0]))


def streamed():
    """No image is held."""
    path = Path(tempfile.mkdtemp()) / "x.zip"
    write_zip(path, [pixels(0)], {})
    return replace(unconditional(), stream=FixedDatasets([read_dataset(path, 16, 3, held=0).images], CPU))


def consistency():
    return conditional(PENALTIES, consistency=Consistency([Model.random(WIDE, k) for k in (10, 11)], 1.0, 1.0))


def held():
    """EWC and FreezeD."""
    start = Model.random(WIDE, 0)
    even = Fisher(*({name: torch.full_like(v, 0.1) for name, v in part.items()} for part in (start.G, start.D)))
    return conditional(strength=even, frozen=["b16"])


SCENARIOS = {
    "conditional": conditional,
    "penalties": lambda: conditional(PENALTIES),
    "augmented": lambda: conditional(AUGMENTED),
    "unconditional": unconditional,
    "fresh": fresh,
    "streamed": streamed,
    "consistency": consistency,
    "held": held,
}


def train(name, *processes):
    """Weights before, weights and what else is state after STEPS steps, losses of the last."""
    trainer = Trainer(SCENARIOS[name](), CPU, *processes)
    if trainer.ada:
        trainer.ada.p = torch.tensor(0.5)
    weights = {"G": trainer.flat_G, "D": trainer.flat_D, "ema": trainer.flat_ema}
    start = {key: value.detach().clone() for key, value in weights.items()}
    losses = [trainer.step() for _ in range(STEPS)]
    rest = {"path_length_mean": trainer.path_length_mean, "w_avg": trainer.G.mapping.w_avg}
    if trainer.ada:
        rest |= {"p": trainer.ada.p, "signs": trainer.ada.signs}
    return {"start": start, "weights": {k: v.detach() for k, v in weights.items()}, "rest": rest, "losses": losses}


if __name__ == "__main__":
    torch.set_num_threads(1)
    with joined(CPU) as processes:
        torch.save({name: train(name, processes) for name in SCENARIOS}, f"{processes.rank}.pt")
