"""What only a CUDA device can show."""

import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.device import pick
from gan_cocktail.params.training import AugmentationParams, TrainingParams
from gan_cocktail.training.state import restore_state, save_state
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import Trainer, TrainingJob
from tests.conftest import TINY

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.usefixtures("cuda"),
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device"),
]


@pytest.fixture
def cuda(monkeypatch):
    """The device that the other tests are kept from."""
    monkeypatch.setenv("GAN_COCKTAIL_DEVICE", "cuda")


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_training_runs_in_every_precision(images, precision):
    device = pick()
    settings = TrainingParams(
        batch_size=8, precision=precision, path_length_weight=2, augmentation=AugmentationParams(), r1_interval=2
    )
    job = TrainingJob(Model.random(TINY, 0), FixedDatasets([images], device), [1.0], settings, 0)
    trainer = Trainer(job, device)
    trainer.ada.p = torch.tensor(0.5)
    losses = [trainer.step() for _ in range(6)][-1]
    assert all(torch.isfinite(torch.as_tensor(value)).all() for value in losses.values())


def test_resumed_training_goes_on(images, tmp_path):
    job = TrainingJob(Model.random(TINY, 0), FixedDatasets([images], pick()), [1.0], TrainingParams(batch_size=8), 0)
    first = Trainer(job, pick())
    first.step()
    save_state(first, tmp_path / "s", "print")
    second = Trainer(job, pick())
    restore_state(second, tmp_path / "s")
    assert all(torch.isfinite(value).all() for value in second.step().values())


def test_images_agree_with_the_cpu_s():
    model, z = Model.random(TINY, 0), torch.randn(4, TINY.z_dim)
    pick()  # sets fp32 to mean fp32
    with torch.no_grad():
        here = model.generator()(z, None)
        there = model.generator().cuda()(z.cuda(), None).cpu()
    torch.testing.assert_close(here, there, rtol=1e-3, atol=1e-3)
