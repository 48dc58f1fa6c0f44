"""Shared fixtures: tiny networks and images. One thread a test, so that workers do not compete."""

import os
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["GAN_COCKTAIL_DEVICE"] = "cpu"

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
TINY = NetworkParams(img_resolution=16, z_dim=16, w_dim=16, channel_base=128, channel_max=16)


@pytest.fixture
def tiny() -> Model:
    """An unconditional model at 16x16 with random weights."""
    return Model.random(TINY, 0)


@pytest.fixture
def images() -> torch.Tensor:
    """Sixty-four uint8 images at 16x16."""
    return torch.randint(0, 256, (64, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
