"""Generators at several points of one training, in one file."""

from collections.abc import Mapping
from pathlib import Path

from gan_cocktail.checkpoints.model import Model, State, read_generator
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.tensors import load_tensors, save_tensors, with_prefix


def save_snapshots(snapshots: Mapping[float, State], network: NetworkParams, path: Path) -> None:
    """Write generators by kimg, atomically; there may be none."""
    tensors = {f"{float(kimg)}/{name}": tensor for kimg, state in snapshots.items() for name, tensor in state.items()}
    save_tensors(tensors, {"network": network.model_dump(), "kimg": sorted(snapshots)}, path)


def load_snapshots(path: Path) -> dict[float, Model]:
    """Read them back, in order of kimg, without discriminators; CocktailError if the file is another or broken."""
    tensors, facts = load_tensors(path, "snapshots of a training")
    if "kimg" not in facts:
        raise CocktailError(
            f"{path}: expected snapshots of a training, found another file of this project; check the path"
        )
    network = parse_section(NetworkParams, facts["network"], str(path))
    found = {kimg: with_prefix(tensors, f"{float(kimg)}/") for kimg in facts["kimg"]}
    return {kimg: Model(network, read_generator(path, state, network)) for kimg, state in found.items()}
