"""The checkpoints that the tests read: a few here, all where the shared folder is."""

import json
from pathlib import Path

import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.params.network import NetworkParams
from tests.conftest import ROOT

HERE = Path(__file__).parents[1] / "files"
SHARED = ROOT.parent / "shared/checkpoints"
MANIFEST = json.loads((SHARED / "manifest.json").read_text()) if SHARED.exists() else []
WITHOUT = "checkpoints beyond those of tests/checkpoints/files are not at hand (../shared/checkpoints)"
MEMORY = 500 * 2**20  # bytes that reading a bad file may take at most, PyTorch's import included


def readable():
    """Files with expected outputs: the shared ones, or those of the repository."""
    shared = [SHARED / entry["file"] for entry in MANIFEST if "expected" in entry]
    return [p for p in shared or HERE.iterdir() if expected(p).exists() and p.suffix != ".safetensors" and _ours(p)]


def _ours(path):
    return "stylegan3-t" not in path.name


def expected(path):
    """Where the outputs of a file's own program lie."""
    return path.with_suffix(".expected.safetensors")


def refused():
    """Hostile and broken files: those of the repository, and the shared ones beyond them."""
    shared = [SHARED / e["file"] for e in MANIFEST if e["format"] in ("hostile", "broken") and "expected" not in e]
    mine = [p for p in HERE.iterdir() if p.suffix in (".pkl", ".pt") and not expected(p).exists()]
    return sorted(mine) + [p for p in shared if not (HERE / p.name).exists()]


def random_model(seed=0, **settings):
    """A small model none of whose tensors is at its default, as other programs' trainings leave them."""
    defaults = {"img_resolution": 16, "z_dim": 12, "w_dim": 10, "channel_base": 96, "channel_max": 12}
    network = NetworkParams(**defaults | {"mapping_layers": 3} | settings)
    model = Model.random(network, seed)
    rng = torch.Generator().manual_seed(seed)
    for state in (model.G, model.D):
        for name, tensor in state.items():
            if name.endswith(("bias", "noise_strength", "w_avg")):
                size = 30 if name.startswith("mapping.fc") else 0.3
                state[name] = tensor + size * torch.randn(tensor.shape, generator=rng)
    if network.c_dim:  # the other programs have one mean for all classes
        model.G["mapping.w_avg"] = model.G["mapping.w_avg"][:1].repeat(network.c_dim, 1)
    return model
