"""A model held in memory, and what a State draws with it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from gan_cocktail import device
from gan_cocktail.applications.directions import Direction, traverse
from gan_cocktail.applications.directions import load as load_direction
from gan_cocktail.applications.projection import in_class
from gan_cocktail.applications.seeds import latents_of, mixed_w
from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.data.images import to_uint8
from gan_cocktail.errors import CocktailError
from gan_cocktail.exploring.projected import Projected, read_projected
from gan_cocktail.exploring.rows import RESERVED
from gan_cocktail.exploring.state import State, first_state, only
from gan_cocktail.networks.generator import Generator


@dataclass(frozen=True)
class Explorer:
    """A generator with its directions, by name, and projected images."""

    path: Path
    model: Model
    G: Generator
    directions: dict[str, Direction] = field(default_factory=dict)
    projected: list[Projected] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """Of its classes; an unconditional model has one."""
        return self.model.class_names

    @property
    def num_ws(self) -> int:
        """Layers that take a w."""
        return self.G.synthesis.num_ws

    def start(self) -> State:
        """Where the page starts."""
        return first_state(len(self.names), self.num_ws, len(self.directions))

    @torch.no_grad()
    def w(self, state: State) -> Tensor:
        """w [num_ws, w_dim] of a state; CocktailError if no class has a share."""
        first = self._latent(state, state.shares, state.seed, state.projected)
        shares = only(state.other_class, len(self.names))
        own = state.other_seed is None  # B is A's latent
        seed = state.seed if state.other_seed is None else state.other_seed
        second = self._latent(state, shares, seed, state.projected if own else None)
        moved = first.lerp(second, state.toward)
        ws = torch.cat([moved[: state.layers], second[state.layers :]])
        for step, direction in zip(state.steps, self.directions.values(), strict=True):
            ws = traverse(ws, direction, ws.new_tensor([step]))[:, 0]
        return ws

    @torch.no_grad()
    def draw(self, states: Sequence[State]) -> Tensor:
        """uint8 images [N, C, H, W] on the CPU of states: stored noise, so that they differ in w alone.

        A projected image has the noise that it was found with; the states of one call share theirs.
        """
        ws = torch.stack([self.w(state) for state in states])
        noise = [layer.expand(len(ws), -1, -1, -1) for layer in self.noise(states[0])]
        return torch.cat([to_uint8(images).cpu() for images in self.G.synthesis.parts(ws, noise)])

    def noise(self, state: State) -> Sequence[Tensor]:
        """The noise [1, 1, R, R] of each layer that a state is drawn with."""
        own = None if state.projected is None else self.projected[state.projected].noise
        return self.G.synthesis.constant_noise(1) if own is None else own

    def _latent(self, state: State, shares: Sequence[float], seed: int, projected: int | None) -> Tensor:
        """w [num_ws, w_dim] of one latent in a mix of classes, each truncated towards its own mean."""
        total = sum(shares)
        if total <= 0:
            raise CocktailError("no class has a share: expected one above 0; raise one")
        parts = [
            share / total * self._in_class(k, state.psi[k], seed, projected) for k, share in enumerate(shares) if share
        ]
        return torch.stack(parts).sum(0)

    def _in_class(self, label: int, psi: float, seed: int, projected: int | None) -> Tensor:
        if projected is None:
            w = mixed_w(self.G, latents_of([seed], self.G.z_dim), only(label, len(self.names)), psi)
            return w.expand(self.num_ws, -1)
        found = self.projected[projected]
        w = found.w if label == found.label else in_class(self.G, found.w, found.label, label)
        mean = self.G.mapping.get_buffer("w_avg").reshape(-1, self.G.w_dim)[label]
        return mean.lerp(w, psi)


def open_explorer(path: Path, directions: Sequence[Path] = (), projected: Sequence[Path] = ()) -> Explorer:
    """Load a model and what was found in it; CocktailError if a file is bad or does not fit the model."""
    model = load(path)
    G = model.generator().to(device.pick())
    found = {_name(each, directions): _fitting(each, G.w_dim) for each in directions}
    return Explorer(path, model, G, found, [read_projected(each, G, model.class_names) for each in projected])


def _name(path: Path, paths: Sequence[Path]) -> str:
    """A direction is told by its file's name, or by the whole path where another, or another row, has the same."""
    alone = sum(each.stem == path.stem for each in paths) == 1
    return path.stem if alone and path.stem not in RESERVED else str(path)


def _fitting(path: Path, w_dim: int) -> Direction:
    direction = load_direction(path)
    if direction.normal.numel() != w_dim:
        raise CocktailError(
            f"{path}: expected a direction of {w_dim} dimensions, those of the model's W, found "
            f"{direction.normal.numel()}; find one in this model with gan-cocktail direction"
        )
    return direction
