"""The training step: reproducible, resumable bit for bit, honest about classes."""

import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.images import write_zip
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.training import AugmentationParams, TrainingParams
from gan_cocktail.training.state import restore_state, save_state
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import Trainer, TrainingJob
from tests.conftest import TINY

CPU = torch.device("cpu")
EVERYTHING = TrainingParams(
    batch_size=8,
    r1_interval=2,
    path_length_weight=2,
    path_length_interval=3,
    style_mixing=0.9,
    mirror=True,
    augmentation=AugmentationParams(kimg=0.1),
)


def job(images, settings=EVERYTHING, seed=0, classes=0):
    network = TINY.model_copy(update={"c_dim": classes})
    n = max(1, classes)
    stream = FixedDatasets([images] * n, CPU)
    return TrainingJob(Model.random(network, 0), stream, [1 / n] * n, settings, seed)


def train(job, steps):
    trainer = Trainer(job, CPU)
    if trainer.ada:
        trainer.ada.p = torch.tensor(0.5)
    for _ in range(steps):
        trainer.step()
    return trainer


def weights(trainer):
    return torch.cat([trainer.flat_G.detach(), trainer.flat_D.detach(), trainer.flat_ema.detach()])


@pytest.mark.parametrize("classes", [0, 2])
def test_same_seed_same_bytes_other_seed_others(images, classes):
    a, b = (train(job(images, classes=classes), 3) for _ in range(2))
    assert torch.equal(weights(a), weights(b))
    assert not torch.equal(weights(a), weights(train(job(images, seed=1, classes=classes), 3)))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_resumed_equals_uninterrupted_bit_for_bit(images, tmp_path, precision):
    settings = EVERYTHING.model_copy(update={"precision": precision})
    whole = train(job(images, settings), 11)
    save_state(train(job(images, settings), 5), tmp_path / "s", "print")
    resumed = Trainer(job(images, settings), CPU)
    restore_state(resumed, tmp_path / "s")
    assert resumed.steps == 5
    for _ in range(6):
        resumed.step()
    assert torch.equal(weights(whole), weights(resumed))
    assert whole.ada.p == resumed.ada.p > 0
    for a, b in zip(whole.G_ema.buffers(), resumed.G_ema.buffers(), strict=True):
        assert torch.equal(a, b)


def test_moving_average_has_the_half_life_that_it_says(images):
    trainer = Trainer(job(images, TrainingParams(batch_size=8, ema_kimg=0.08)), CPU)
    with torch.no_grad():
        trainer.flat_G.fill_(1)
        trainer.flat_ema.fill_(0)
    for _ in range(10):  # 0.08 kimg
        trainer._update_ema()
    torch.testing.assert_close(trainer.flat_ema, torch.full_like(trainer.flat_ema, 0.5))


def test_the_discriminator_steps_as_much_farther_as_the_ratio_says(images):
    plain = TrainingParams(batch_size=8, r1_gamma=0, precision="fp32")
    start = Trainer(job(images, plain), CPU)
    even, ahead = (train(job(images, plain.model_copy(update={"learning_rate_ratio": ratio})), 1) for ratio in (1, 4))
    assert torch.equal(even.flat_G, ahead.flat_G)
    torch.testing.assert_close(ahead.flat_D - start.flat_D, 4 * (even.flat_D - start.flat_D), rtol=1e-3, atol=1e-6)
    assert not torch.equal(even.flat_D, start.flat_D)


def test_classes_come_by_their_probabilities_and_real_images_from_their_source():
    datasets = [torch.full((10, 3, 16, 16), value, dtype=torch.uint8) for value in (10, 200)]
    stream = FixedDatasets([datasets[0], None, datasets[1]], CPU)
    network = TINY.model_copy(update={"c_dim": 3})
    settings = TrainingParams(batch_size=4000)
    trainer = Trainer(TrainingJob(Model.random(network, 0), stream, [0.8, 0.0, 0.2], settings, 0), CPU)
    trainer.rng.manual_seed(0)
    c, labels = trainer._labels(4000)
    images = trainer._real(stream.ask(labels, trainer.rng))
    share = c.mean(0)
    assert share[1] == 0
    assert share[0] == pytest.approx(0.8, abs=0.03)
    value = (images[:, 0, 0, 0] + 1) * 127.5
    torch.testing.assert_close(value, torch.where(c[:, 0] == 1, 10.0, 200.0))


def test_a_class_that_is_never_shown_keeps_its_embedding(images):
    network = TINY.model_copy(update={"c_dim": 2})
    initial = Model.random(network, 0)
    stream = FixedDatasets([images, None], CPU)
    trainer = train(TrainingJob(initial, stream, [1.0, 0.0], TrainingParams(batch_size=8), 0), 3)
    before, after = initial.G["mapping.embed.weight"], trainer.G.mapping.embed.weight
    assert torch.equal(before[:, 1], after[:, 1])
    assert not torch.equal(before[:, 0], after[:, 0])


def test_a_batch_that_does_not_split_into_the_network_s_groups_is_refused(images):
    initial = Model.random(TINY.model_copy(update={"mbstd_group_size": 8}), 0)
    settings = TrainingParams(batch_size=12)
    with pytest.raises(CocktailError, match=r"batch_size is 12; .* multiple of 8"):
        Trainer(TrainingJob(initial, FixedDatasets([images], CPU), [1.0], settings, 0), CPU)


def test_half_precision_is_refused_on_the_cpu(images):
    with pytest.raises(CocktailError, match="needs a CUDA device"):
        Trainer(job(images, TrainingParams(precision="fp16")), CPU)


def test_the_discriminator_learns_to_tell_real_from_fake():
    real = torch.full((16, 3, 16, 16), 255, dtype=torch.uint8)
    trainer = Trainer(job(real, TrainingParams(batch_size=8, precision="fp32")), CPU)
    losses = [trainer.step()["loss_D"] for _ in range(40)]
    assert sum(losses[-5:]) < 0.5 * sum(losses[:5])


def test_a_training_on_images_that_are_not_held_is_the_same(images, tmp_path):
    write_zip(tmp_path / "x.zip", [images], {})
    streamed = read_dataset(tmp_path / "x.zip", 16, 3, held=0).images
    assert torch.equal(weights(train(job(images), 4)), weights(train(job(streamed), 4)))


def test_real_images_are_asked_for_before_g_computes_and_taken_when_d_needs_them(images):
    told = []

    class Slow(FixedDatasets):
        def ask(self, labels, rng, rows):
            told.append("asked")
            asked = super().ask(labels, rng, rows)
            return lambda: told.append("taken") or asked()

    trainer = Trainer(TrainingJob(Model.random(TINY, 0), Slow([images], CPU), [1.0], EVERYTHING, 0), CPU)
    trainer.G.synthesis.register_forward_hook(lambda *_: told.append("G"))
    trainer.step()
    assert told == ["asked", "G", "G", "taken"]
