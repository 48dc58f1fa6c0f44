"""How much a model's images depend on each of its weights, on disk: the diagonal of the Fisher information."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gan_cocktail.checkpoints.model import State
from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import load_tensors, save_tensors, with_prefix


@dataclass
class Fisher:
    """A non-negative value for each element of G's and D's parameters, by name."""

    G: State
    D: State
    info: dict[str, Any] = field(default_factory=dict)


def save_fisher(fisher: Fisher, path: Path) -> None:
    """Write atomically."""
    tensors = {f"G.{k}": v for k, v in fisher.G.items()} | {f"D.{k}": v for k, v in fisher.D.items()}
    save_tensors(tensors, {"info": fisher.info}, path)


def load_fisher(path: Path) -> Fisher:
    """Read; CocktailError if the file is missing, broken, or something else."""
    tensors, facts = load_tensors(path, "Fisher information")
    found = facts.get("info", {}).get("kind", "another file of this project")
    if found != "fisher":
        raise CocktailError(f"{path}: expected Fisher information, found {found}; check the path")
    return Fisher(with_prefix(tensors, "G."), with_prefix(tensors, "D."), facts["info"])
