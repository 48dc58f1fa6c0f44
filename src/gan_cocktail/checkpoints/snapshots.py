"""Generators at several points of one training, in one file."""

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import safe_open
from safetensors.torch import save_file

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.files import atomic, require
from gan_cocktail.params import NetworkParams


def save_snapshots(snapshots: Mapping[float, State], network: NetworkParams, path: Path) -> None:
    """Write generators by kimg, atomically; there may be none."""
    tensors = {f"{kimg:g}/{name}": t.contiguous() for kimg, state in snapshots.items() for name, t in state.items()}
    metadata = {"network": network.model_dump_json(), "kimg": json.dumps(sorted(snapshots))}
    with atomic(path) as temporary:
        save_file(tensors, temporary, metadata)


def load_snapshots(path: Path) -> dict[float, Model]:
    """Read them back, in order of kimg; the models have no discriminator."""
    with safe_open(require(path), "pt") as f:
        metadata = f.metadata()
        network = NetworkParams.model_validate_json(metadata["network"])
        names = list(f.keys())
        models = {}
        for kimg in json.loads(metadata["kimg"]):
            prefix = f"{kimg:g}/"
            state = {n.removeprefix(prefix): f.get_tensor(n) for n in names if n.startswith(prefix)}
            models[kimg] = Model(network, state)
    return models
