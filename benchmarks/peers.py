"""Training steps of other people's StyleGAN2 beside ours, by turns in one process: JSON on standard output.

    OMP_NUM_THREADS=1 python -m benchmarks.peers CHECKOUT 32 fp32 20

CHECKOUT is a folder of stylegan2-ada-pytorch or the stylegan3 repository (networks and losses are theirs), or of
rosinality's stylegan2-pytorch (networks are theirs, and the losses of its paper are written out here). Nothing of them
is part of this project. On a CPU they compute in fp32, whatever precision ours has.
"""

import inspect
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.roofline import wait
from benchmarks.sizes import SIZES
from benchmarks.steps import recipe_of, spread, take, trainer_of
from gan_cocktail import device
from gan_cocktail.inspecting.measure import kinds
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams

Step = Callable[[int], None]  # takes a step's number, which says what penalties are due
FIXED_WIDTHS = 16384, 512  # channel_base and channel_max of rosinality's networks at channel_multiplier 1


class Pair:
    """G, D and what trains them, as both repositories' training loops do: Adam, a moving average a tensor."""

    def __init__(self, G: nn.Module, G_ema: nn.Module, D: nn.Module, recipe: TrainingParams, where: torch.device):
        self.G, self.G_ema, self.D = (net.to(where).train() for net in (G, G_ema, D))
        self.optimizers = {
            net: torch.optim.Adam(net.parameters(), recipe.learning_rate, (0.0, 0.99)) for net in (self.G, self.D)
        }

    def update(self, net: nn.Module, compute: Callable[[], object]) -> None:
        """One step of Adam on one of the two, whose gradients alone `compute` makes."""
        for each in (self.G, self.D):
            each.requires_grad_(each is net)
        self.optimizers[net].zero_grad(set_to_none=True)
        compute()
        self.optimizers[net].step()

    @torch.no_grad()
    def average(self) -> None:
        """Move the average towards G."""
        for average, live in zip(self.G_ema.parameters(), self.G.parameters(), strict=True):
            average.copy_(live.lerp(average, 0.999))


def _networks() -> tuple[Any, bool]:
    """The module of the networks, and whether G's widths are arguments within one; its classes hide their arguments."""
    try:
        from training import networks_stylegan2  # type: ignore[import-not-found]
    except ImportError:
        from training import networks

        return networks, True
    return networks_stylegan2, False


def ada_step(network: NetworkParams, recipe: TrainingParams, where: torch.device) -> Step:
    """A step of stylegan2-ada-pytorch (its `training` package is importable): phases as in its training loop."""
    from training import loss  # type: ignore[import-not-found]

    networks, nested = _networks()
    n, half = network, 4 if where.type == "cuda" else 0
    size = {"c_dim": 0, "img_resolution": n.img_resolution, "img_channels": n.img_channels}
    widths: dict[str, Any] = {"channel_base": n.channel_base, "channel_max": n.channel_max, "num_fp16_res": half}
    widths |= {"conv_clamp": n.conv_clamp}

    def generator() -> nn.Module:
        latent = {"z_dim": n.z_dim, "w_dim": n.w_dim, "mapping_kwargs": {"num_layers": n.mapping_layers}}
        return networks.Generator(**latent, **size, **({"synthesis_kwargs": widths} if nested else widths))

    pair = Pair(generator(), generator(), networks.Discriminator(**size, **widths), recipe, where)
    parts = {"G_mapping": pair.G.mapping, "G_synthesis": pair.G.synthesis, "G": pair.G}
    wanted = inspect.signature(loss.StyleGAN2Loss).parameters
    losses = loss.StyleGAN2Loss(
        device=where,
        D=pair.D,
        pl_weight=recipe.path_length_weight,
        **{name: part for name, part in parts.items() if name in wanted},
        style_mixing_prob=recipe.style_mixing,
        r1_gamma=recipe.r1_gamma,
    )
    takes = inspect.signature(losses.accumulate_gradients).parameters
    extra: dict[str, Any] = {"sync": True} if "sync" in takes else {"cur_nimg": 0}
    batch, none = recipe.batch_size, torch.zeros(recipe.batch_size, 0, device=where)
    real = torch.rand(batch, *n.img_shape, device=where) * 2 - 1

    def phase(net: nn.Module, name: str, gain: int) -> None:
        z = torch.randn(batch, n.z_dim, device=where)
        images = {"real_img": real, "real_c": none, "gen_z": z, "gen_c": none}
        pair.update(net, lambda: losses.accumulate_gradients(name, **images, gain=gain, **extra))

    def step(number: int) -> None:
        phase(pair.G, "Gmain", 1)
        if recipe.path_length_weight and number % recipe.path_length_interval == 0:
            phase(pair.G, "Greg", recipe.path_length_interval)
        phase(pair.D, "Dmain", 1)
        if recipe.r1_gamma and number % recipe.r1_interval == 0:
            phase(pair.D, "Dreg", recipe.r1_interval)
        pair.average()

    return step


def rosinality_step(network: NetworkParams, recipe: TrainingParams, where: torch.device) -> Step:
    """A step with rosinality's networks (its `model` is importable): D, then G, by Karras et al. 2020."""
    n = network
    if (n.channel_base, n.channel_max) != FIXED_WIDTHS or n.z_dim != n.w_dim:
        raise SystemExit(f"rosinality's networks have widths of their own, found {n}; --sizes 128 256")
    if where.type == "cpu":  # their extension is for CUDA alone, and made when it is imported
        import torch.utils.cpp_extension

        torch.utils.cpp_extension.load = lambda *_, **__: None
    import model  # type: ignore[import-not-found]

    def generator() -> nn.Module:
        return model.Generator(n.img_resolution, n.w_dim, n.mapping_layers, channel_multiplier=1)

    pair = Pair(generator(), generator(), model.Discriminator(n.img_resolution, channel_multiplier=1), recipe, where)
    batch = recipe.batch_size
    real = torch.rand(batch, *n.img_shape, device=where) * 2 - 1
    mean = torch.zeros([], device=where)

    def draw(count: int) -> tuple[Tensor, Tensor]:
        return pair.G([torch.randn(count, n.z_dim, device=where)], return_latents=True)

    def of_d() -> None:
        with torch.no_grad():
            fake = draw(batch)[0]
        (F.softplus(pair.D(fake)).mean() + F.softplus(-pair.D(real)).mean()).backward()

    def r1() -> None:
        images = real.clone().requires_grad_(True)
        (slope,) = torch.autograd.grad(pair.D(images).sum(), images, create_graph=True)
        (slope.square().sum([1, 2, 3]).mean() * recipe.r1_gamma / 2 * recipe.r1_interval).backward()

    def lengths() -> None:
        images, ws = draw(max(1, batch // 2))
        pixels = torch.randn_like(images) / n.img_resolution
        (slope,) = torch.autograd.grad((images * pixels).sum(), ws, create_graph=True)
        found = slope.square().sum(2).mean(1).sqrt()
        mean.lerp_(found.detach().mean(), 0.01)
        ((found - mean).square().mean() * recipe.path_length_weight * recipe.path_length_interval).backward()

    def step(number: int) -> None:
        pair.update(pair.D, of_d)
        if recipe.r1_gamma and number % recipe.r1_interval == 0:
            pair.update(pair.D, r1)
        pair.update(pair.G, lambda: F.softplus(-pair.D(draw(batch)[0])).mean().backward())
        if recipe.path_length_weight and number % recipe.path_length_interval == 0:
            pair.update(pair.G, lengths)
        pair.average()

    return step


PEERS = {  # by a file that only its checkout has
    "training/loss.py": ("stylegan2-ada-pytorch", ada_step),
    "model.py": ("rosinality", rosinality_step),
}


def peer_of(checkout: Path) -> tuple[str, Callable[[NetworkParams, TrainingParams, torch.device], Step]]:
    """The name of the peer whose checkout it is, and what makes its step; its modules are importable then."""
    for file, peer in PEERS.items():
        if (checkout / file).exists():
            sys.path.insert(0, str(checkout))
            return peer
    raise SystemExit(f"{checkout}: expected a checkout with {' or '.join(PEERS)}")


def by_turns(steps: dict[str, Step], recipe: TrainingParams, where: torch.device, at_least: float) -> dict[str, Any]:
    """Images/s of each, kinds of steps by their shares; of each kind the two take turns, three times at least."""
    total = dict.fromkeys(steps, 0.0)
    for number, share in kinds(recipe).values():
        times: dict[str, list[float]] = {name: [] for name in steps}
        for step in steps.values():
            step(number)  # makes room
        began = time.monotonic()
        while min(map(len, times.values())) < 3 or time.monotonic() - began < at_least * share:
            for name, step in steps.items():
                wait(where)
                start = time.perf_counter()
                step(number)
                wait(where)
                times[name].append(time.perf_counter() - start)
        for name, found in times.items():
            total[name] += share * spread(found)["median"]
    return {name: recipe.batch_size / seconds for name, seconds in total.items()}


def main(checkout: str, size: str, precision: str, at_least: float) -> None:
    """Print what is found."""
    where = device.pick()
    network, batch = SIZES[size]
    recipe, (name, make) = recipe_of(network, batch, precision), peer_of(Path(checkout))
    trainer = trainer_of(network, recipe, where)
    steps: dict[str, Step] = {"ours": lambda number: take(trainer, number), name: make(network, recipe, where)}
    found = by_turns(steps, recipe, where, at_least)
    print(json.dumps({"peer": name, "images/s": found, "ratio": found["ours"] / found[name]}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
