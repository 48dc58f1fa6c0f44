"""Tables of images: every application is a table of w, drawn with one noise."""

import torch
import torch.nn.functional as F
from torch import Tensor

from gan_cocktail.data.images import to_uint8
from gan_cocktail.networks.generator import Generator
from gan_cocktail.seeds import stream

BATCH = 50


@torch.no_grad()
def map_class(G: Generator, z: Tensor, label: int) -> Tensor:
    """w [N, w_dim] of latents z [N, z_dim] in class `label`, on the generator's device; no class if it has none."""
    z = z.to(G.mapping.get_buffer("w_avg").device)
    c = F.one_hot(torch.full((len(z),), label, device=z.device), G.c_dim).float() if G.c_dim else None
    return G.mapping(z, c)


@torch.no_grad()
def draw_images(G: Generator, ws: Tensor, seed: int) -> Tensor:
    """uint8 images [N, channels, H, W] on the CPU of ws [N, w_dim], or [N, num_ws, w_dim] with one w a layer.

    All images of a seed share one noise, so that what differs in two of them is their w alone.
    """
    noise = G.synthesis.draw_noise(1, stream(seed, "applications", "noise", device=ws.device))
    drawn = []
    for batch in ws.split(BATCH):
        each = [layer.expand(len(batch), -1, -1, -1) for layer in noise]
        drawn += [to_uint8(images).cpu() for images in G.synthesis.parts(batch, each)]
    return torch.cat(drawn)


def draw_table(G: Generator, ws: Tensor, seed: int) -> Tensor:
    """uint8 images [R, C, channels, H, W] of ws [R, C, w_dim] or [R, C, num_ws, w_dim]."""
    return torch.stack([draw_images(G, column, seed) for column in ws.unbind(1)], 1)
