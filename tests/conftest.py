"""Shared fixtures: tiny networks and images, a resident. One thread a test, so that workers do not compete."""

import os
import subprocess
import sys
import time
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["GAN_COCKTAIL_DEVICE"] = "cpu"
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what tests start hundreds of times is compiled once

import pytest
import torch

from gan_cocktail import device
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.params import evaluation
from gan_cocktail.params.network import NetworkParams

torch.set_num_threads(1)
device.pick()
ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / evaluation.SHIPPED  # weights of the default extractor
RESIDENT = ROOT / "tests/resident"
TINY = NetworkParams(img_resolution=16, z_dim=16, w_dim=16, channel_base=128, channel_max=16)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups
def pytest_collection_modifyitems(items):
    """Tests that share the finished run are of one worker, and what takes longest begins first."""
    for item in items:
        if "finished" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("finished"))
    items.sort(key=lambda item: ("walk" not in item.path.name, item.get_closest_marker("slow") is None))


@pytest.fixture
def tiny() -> Model:
    """An unconditional model at 16x16 with random weights."""
    return Model.random(TINY, 0)


@pytest.fixture
def images() -> torch.Tensor:
    """Sixty-four uint8 images at 16x16."""
    return torch.randint(0, 256, (64, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="session")
def resident(tmp_path_factory):
    """Answers calls of Snakemake, DVC and the verbs, with all that they import already there."""
    socket = tmp_path_factory.mktemp("resident") / "socket"
    os.environ["RESIDENT"] = str(socket)
    server = subprocess.Popen([sys.executable, RESIDENT / "serve.py", socket], cwd=ROOT)
    while not socket.exists():
        assert server.poll() is None
        time.sleep(0.05)
    yield
    server.kill()
    server.wait()


@pytest.fixture
def quick(resident):
    """An environment in which the resident answers."""
    return answered(os.environ)


def answered(environment):
    """The same with what has the resident called."""
    return environment | {"PATH": f"{RESIDENT / 'verbs'}:{RESIDENT / 'engines'}:{environment['PATH']}"}
