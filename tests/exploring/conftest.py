"""A union GAN of two classes with means of their own, a direction and projected images found in it."""

import pytest
import torch

from gan_cocktail.applications.directions import Direction
from gan_cocktail.applications.directions import save as save_direction
from gan_cocktail.checkpoints.model import save
from gan_cocktail.exploring.explorer import open_explorer
from gan_cocktail.tensors import save_tensors
from tests.conftest import TINY
from tests.networks.test_networks import lively


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """A folder with union.safetensors, pose.safetensors and photo/w.safetensors."""
    folder = tmp_path_factory.mktemp("exploring")
    model = lively(TINY.model_copy(update={"c_dim": 2}), 0)
    model.classes, model.info = ("cat", "face"), {"kind": "union"}
    rng = torch.Generator().manual_seed(1)
    model.G["mapping.w_avg"] = torch.randn(2, 16, generator=rng)
    save(model, folder / "union.safetensors")
    normal = torch.nn.functional.normalize(torch.randn(16, generator=rng), dim=0)
    save_direction(Direction(normal, 0.5, 0.9, {"attribute": "pose", "label": 0}), folder / "pose.safetensors")
    G = model.generator()
    noise = {f"noise.{k}": layer for k, layer in enumerate(G.synthesis.draw_noise(1, rng))}
    w = torch.randn(1, 16, generator=rng)
    save_tensors({"w": w} | noise, {"info": {"kind": "projection", "class": "face"}}, folder / "photo/w.safetensors")
    return folder


@pytest.fixture(scope="session")
def explorer(files):
    return open_explorer(files / "union.safetensors", [files / "pose.safetensors"], [files / "photo/w.safetensors"])
