"""Training of the embedded extractor: a classifier of labelled and one-class image sets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.data.dataset import Dataset, read_dataset
from gan_cocktail.data.images import to_float
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.embedded import RESOLUTION, EmbeddedNet
from gan_cocktail.seeds import stream

BATCH = 128
TEST_SHARE = 10  # one image in ten of each class is kept for the test


@dataclass
class LabelledImages:
    """uint8 images [N, 3, 32, 32], class indices [N], class names."""

    images: Tensor
    labels: Tensor
    classes: list[str]

    def split(self) -> tuple["LabelledImages", "LabelledImages"]:
        """(training, test) images: every TEST_SHARE-th is for the test."""
        test = torch.arange(len(self.images)) % TEST_SHARE == 0
        parts = ((self.images[m], self.labels[m]) for m in (~test, test))
        train, held_out = (LabelledImages(i, c, self.classes) for i, c in parts)
        return train, held_out


def gather(datasets: Sequence[Path]) -> LabelledImages:
    """Pool datasets: one with labels adds its classes, one without is a class named like its file."""
    images, labels = [], []
    classes: list[str] = []
    for path in datasets:
        found = read_dataset(path, RESOLUTION, 3)
        indices, names = _classes(found, path)
        print(replace(found.read, label="").sentence(str(path)), flush=True)
        images.append(found.images)
        labels.append(indices + len(classes))
        classes += names
    return LabelledImages(torch.cat(images), torch.cat(labels), classes)


def _classes(found: Dataset, path: Path) -> tuple[Tensor, list[str]]:
    """Class indices [N] and names, preceded by the file's: cifar10/cat."""
    if found.labels is None:
        return torch.zeros(len(found.images), dtype=torch.long), [path.stem]
    if found.labels.indices is None:
        raise CocktailError(f"{path}: its labels are vectors; a classifier needs class indices")
    return torch.tensor(found.labels.indices), [f"{path.stem}/{name}" for name in found.labels.names()]


def train_embedded(data: LabelledImages, epochs: int, seed: int) -> tuple[EmbeddedNet, float]:
    """Train on nine images in ten; returns the network and its accuracy on the rest."""
    train, test = data.split()
    rng = stream(seed, "features")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = EmbeddedNet(len(data.classes))
    steps = epochs * math.ceil(len(train.images) / BATCH)
    optimizer = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=0.05, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    for epoch in range(epochs):
        net.train()
        for batch in torch.randperm(len(train.images), generator=rng).split(BATCH):
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(_jitter(to_float(train.images[batch]), rng))
            loss = F.cross_entropy(logits.float(), train.labels[batch], label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}/{epochs}: accuracy {accuracy(net, test):.4f}", flush=True)
    return net.eval(), accuracy(net, test)


def _jitter(images: Tensor, rng: torch.Generator) -> Tensor:
    """Mirror half of the images and shift the batch by up to four pixels."""
    flip = torch.rand(len(images), generator=rng) < 0.5
    images = torch.where(flip[:, None, None, None], images.flip(3), images)
    x, y = torch.randint(0, 9, (2,), generator=rng).tolist()
    padded = F.pad(images, (4, 4, 4, 4), mode="reflect")
    return padded[:, :, y : y + RESOLUTION, x : x + RESOLUTION]


@torch.no_grad()
def accuracy(net: EmbeddedNet, data: LabelledImages) -> float:
    """Share of images classified rightly."""
    net.eval()
    right = sum(
        int((net(to_float(images)).argmax(1) == labels).sum())
        for images, labels in zip(data.images.split(500), data.labels.split(500), strict=True)
    )
    return right / len(data.images)
