"""Files with a w: what `gan-cocktail project` and the page itself save."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.generator import Generator
from gan_cocktail.tensors import load_tensors


@dataclass(frozen=True)
class Projected:
    """w [num_ws, w_dim] of class `label`, and its noise [1, 1, R, R] a layer; the model's own if it has none."""

    name: str
    w: Tensor
    label: int
    noise: list[Tensor] | None


def read_projected(path: Path, G: Generator, names: Sequence[str]) -> Projected:
    """Read a file of w; CocktailError if it holds none, or is of a model of other sizes or classes."""
    tensors, facts = load_tensors(path, "a file with w")
    num_ws, w = G.synthesis.num_ws, tensors.get("w")
    if w is None or w.shape not in ((1, G.w_dim), (1, num_ws, G.w_dim)):
        found = "none" if w is None else list(w.shape)
        raise CocktailError(
            f"{path}: expected a tensor w [1, {G.w_dim}] or [1, {num_ws}, {G.w_dim}] of this model, found {found}; "
            "make one with gan-cocktail project"
        )
    label = find_class(facts.get("info", {}).get("class"), names, "the model's classes", f"{path}: class")
    where = G.mapping.get_buffer("w_avg").device
    each = w.float().reshape(-1, G.w_dim).expand(num_ws, -1).to(where)
    return Projected(_name(path), each, label, _noise(tensors, path, G))


def _name(path: Path) -> str:
    """A file `w` is told by its folder, which `project` names after nothing else."""
    return path.absolute().parent.name if path.stem == "w" else path.stem


def _noise(tensors: dict[str, Tensor], path: Path, G: Generator) -> list[Tensor] | None:
    sizes = [(1, 1, r, r) for r in G.synthesis.noise_resolutions]
    names = [f"noise.{k}" for k in range(len(sizes))]
    if names[0] not in tensors:
        return None
    found = [tensors[name] for name in names if name in tensors]
    if [tuple(layer.shape) for layer in found] != sizes:
        raise CocktailError(
            f"{path}: expected noise of {len(sizes)} layers up to {sizes[-1][-1]}x{sizes[-1][-1]}, as this model has; "
            "found another; project the image with this model"
        )
    return [layer.float().to(G.mapping.get_buffer("w_avg").device) for layer in found]
