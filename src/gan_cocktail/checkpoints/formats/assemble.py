"""The networks of a file as ours: every tensor there, of its shape and finite; what is missing by design is made."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from gan_cocktail.checkpoints.formats.parts import Found, Part
from gan_cocktail.checkpoints.formats.shapes import network as settings_of
from gan_cocktail.checkpoints.formats.table import find
from gan_cocktail.checkpoints.pickles.errors import Unreadable
from gan_cocktail.checkpoints.truncation import W_AVG
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.networks.discriminator import Discriminator
from gan_cocktail.networks.generator import Generator, latent_mapping
from gan_cocktail.networks.shapes import outline, shapes
from gan_cocktail.params.network import NetworkParams

SEED = 0  # of what is estimated or drawn
LATENTS = 10_000  # whose mean w stands in for a missing one
State = dict[str, Tensor]
Shapes = dict[str, tuple[int, ...]]


def read(path: Path) -> tuple[NetworkParams, State, State, dict[str, Any]]:
    """Settings, tensors of G and of D (none if the file has no D) and provenance.

    CocktailError says in one sentence why a file is none of the formats, broken or refused. Nothing of a file is run.
    """
    try:
        return assemble(find(path), path)
    except Unreadable as e:
        raise CocktailError(f"{path}: {e}") from None


def assemble(found: Found, path: Path) -> tuple[NetworkParams, State, State, dict[str, Any]]:
    """Settings, G, D (empty if the file has none) and provenance; Unreadable names the tensor that does not fit."""
    settings = settings_of(found)
    one_mean = W_AVG not in found.G.tensors or len(found.G.tensors[W_AVG].shape) == 1
    wanted = [(found.G, shapes(Generator, settings) | ({W_AVG: (settings.w_dim,)} if one_mean else {}))]
    if found.D is not None:
        wanted.append((found.D, shapes(Discriminator, settings)))
    for part, expected in wanted:
        _check(part, expected)
    taken = sum(weight.view.size for part, _ in wanted for weight in part.tensors.values())
    if taken > path.stat().st_size:
        raise Unreadable(f"its tensors take {taken:,} bytes, more than the file has: they overlap")
    states = [_read(part, expected) for part, expected in wanted]
    if W_AVG not in states[0]:
        states[0][W_AVG] = _mean_w(settings, states[0])
        found.note("estimated", f"mapping.w_avg, over {LATENTS:,} latents of seed {SEED}")
    if settings.c_dim and one_mean:  # these programs keep one mean for all classes, and draw with it
        states[0][W_AVG] = states[0][W_AVG].repeat(settings.c_dim, 1)
    if found.G.drawn - found.G.tensors.keys():
        found.note("estimated", f"noise_const, drawn with seed {SEED}")
    return settings, states[0], states[1] if found.D is not None else {}, provenance(found, path)


def provenance(found: Found, path: Path) -> dict[str, Any]:
    """What a model of another program says of itself."""
    info = {"kind": "source", "name": path.stem, "format": found.format, "file": path.name, "sha256": sha256(path)}
    return info | found.notes


def _check(part: Part, expected: Shapes) -> None:
    made = part.zeros | part.drawn | {W_AVG}
    for name, shape in expected.items():
        if name not in part.tensors and name not in made:
            raise Unreadable(f"tensor {part.name(name)} is missing; expected one of shape {shape}")
        if name in part.tensors and (found := part.tensors[name].shape) != shape:
            raise Unreadable(f"tensor {part.name(name)} has the shape {found}; expected {shape} by its settings")
    for name in part.tensors:
        if name not in expected:
            raise Unreadable(f"tensor {part.name(name)} is none of a StyleGAN2 of these settings: another network")


def _read(part: Part, expected: Shapes) -> State:
    rng, state = torch.Generator().manual_seed(SEED), {}
    for name, shape in expected.items():
        if name in part.zeros:
            state[name] = torch.zeros(shape)
        elif name in part.tensors:
            values = part.tensors[name].read()
            if not np.isfinite(values).all():
                raise Unreadable(f"tensor {part.name(name)} holds values that are not a number or infinite")
            state[name] = torch.from_numpy(values)
        elif name in part.drawn:
            state[name] = torch.randn(shape, generator=rng)
    return state


@torch.no_grad()
def _mean_w(network: NetworkParams, state: State) -> Tensor:
    """The mean of w [w_dim] over latents, and over classes alike; a bounded number at a time."""
    mapping, rng = outline(latent_mapping, network), torch.Generator().manual_seed(SEED)
    weights = {k.removeprefix("mapping."): v for k, v in state.items() if k.startswith("mapping.")}
    mapping.load_state_dict(weights, strict=False, assign=True)
    total, done = torch.zeros(network.w_dim), 0
    batch = max(1, 2**20 // max(max(v.shape) for v in weights.values()))
    while done < LATENTS:
        n = min(batch, LATENTS - done)
        classes = torch.arange(done, done + n) % max(network.c_dim, 1)
        c = one_hot(classes, network.c_dim).float() if network.c_dim else None
        total += mapping(torch.randn(n, network.z_dim, generator=rng), c).sum(0)
        done += n
    return total / LATENTS
