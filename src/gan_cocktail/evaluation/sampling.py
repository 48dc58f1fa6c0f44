"""Drawing images from a model, the same latents and noise for every model that is compared."""

from collections.abc import Iterator, Sequence
from math import ceil

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.images import to_uint8
from gan_cocktail.networks.generator import Generator
from gan_cocktail.progress import tracked
from gan_cocktail.seeds import latents, stream

BATCH = 50


def of_class(models: Sequence[Model], label: int, own: Sequence[int] = ()) -> tuple[Model, int]:
    """The model that draws a class, and its label there: one conditional model, or one model a class.

    own: of one model a class, which of its own classes is meant; the first unless said otherwise.
    """
    if own:
        return models[label], own[label]
    return (models[0], label) if len(models) == 1 else (models[label], 0)


def one_hot(G: Generator, labels: Tensor, device: torch.device) -> Tensor | None:
    """Class indices [N] as the generator takes them: one-hot [N, c_dim], or None if it is unconditional."""
    return F.one_hot(labels, G.c_dim).float().to(device) if G.c_dim else None


@torch.no_grad()
def draw(
    model: Model, label: int, n: int, seed: int, name: str, device: torch.device, psi: float = 1.0
) -> Iterator[Tensor]:
    """Batches of n uint8 images of class `label` in all, in fp32, on the CPU.

    Latents and noise are streams of (seed, name): models compared under one name see the same ones.
    """
    G = model.generator().to(device)
    z = latents(n, G.z_dim, seed, name)
    rng = stream(seed, name, "noise", device=device)
    for part in tracked(z.split(BATCH), ceil(n / BATCH), f"drawing {n:,} images"):
        c = one_hot(G, torch.full((len(part),), label), device)
        noise = G.synthesis.draw_noise(len(part), rng)
        ws = G.truncate(G.mapping(part.to(device), c), c, psi)
        yield torch.cat([to_uint8(images).cpu() for images in G.synthesis.parts(ws, noise)])
