"""Consistency: each class's teacher, a weight that falls to nothing, and what it does to G."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.seeds import stream
from gan_cocktail.training.consistency import Consistency, Latents, Teachers
from gan_cocktail.training.trainer import Trainer
from tests.conftest import TINY
from tests.training.test_trainer import CPU, job, train, weights

CONDITIONAL = TINY.model_copy(update={"c_dim": 2})
PLAIN = TrainingParams(batch_size=8, r1_interval=2, style_mixing=0.9, learning_rate=0.01)


@pytest.fixture
def teachers():
    return [Model.random(CONDITIONAL, 10), Model.random(CONDITIONAL, 11)]


def mixed(n):
    rng = stream(0, "latents")
    z, other = (torch.randn(n, 16, generator=rng) for _ in range(2))
    return Latents(z, other, torch.rand(n, 6, generator=rng) < 0.5)


def test_each_image_is_its_classes_teachers(teachers):
    latents, labels = mixed(5), torch.tensor([1, 0, 0, 1, 1])
    c = F.one_hot(labels, 2).float()
    generators = [each.generator() for each in teachers]
    noise = generators[0].synthesis.draw_noise(5, stream(0, "noise"))
    found = Teachers(Consistency(teachers, 1, 1), CPU).draw(torch.ones(5, 3, 16, 16), latents, c, noise, torch.float32)
    for i, label in enumerate(labels):
        rows = torch.tensor([i])
        G = generators[label]
        ws = latents.of(rows).ws(G.mapping, c[rows])[1]
        expected = G.synthesis(ws, [each[rows] for each in noise])
        torch.testing.assert_close(found[rows], expected, atol=1e-5, rtol=1e-4)


def test_where_a_class_has_no_teacher_nothing_pulls(images, teachers):
    latents, c = mixed(4), F.one_hot(torch.tensor([1, 0, 0, 1]), 2).float()
    noise = teachers[0].generator().synthesis.draw_noise(4, stream(0, "noise"))
    drawn = torch.ones(4, 3, 16, 16, requires_grad=True)
    held = Teachers(Consistency([None, teachers[1]], 1, 1), CPU).draw(drawn, latents, c, noise, torch.float32)
    (drawn - held).abs().mean().backward()
    assert [bool(each.any()) for each in drawn.grad] == [True, False, False, True]


def test_the_weight_falls_linearly_to_nothing(teachers):
    told = Teachers(Consistency(teachers, weight=4, kimg=2), CPU)
    assert [told.weight(k) for k in (0, 0.5, 1, 2, 3)] == [4, 3, 2, 0, 0]


def distance(trainer, teachers):
    """From G's images to its teachers', of the same draws."""
    latents, c = mixed(16), F.one_hot(torch.arange(16) % 2, 2).float()
    noise = trainer.G.synthesis.draw_noise(16, stream(0, "noise"))
    images = trainer.G.synthesis(latents.ws(trainer.G.mapping, c)[1], noise)
    difference = (
        (images - Teachers(Consistency(teachers, 1, 1), CPU).draw(images, latents, c, noise, torch.float32))
        .abs()
        .mean()
    )
    return float(difference.detach())


def test_the_stronger_the_pull_the_nearer_the_images(images, teachers):
    plain = job(images, PLAIN, classes=2)
    found = [
        distance(train(replace(plain, consistency=Consistency(teachers, weight, 1)), 60), teachers)
        for weight in (0.001, 100)
    ]
    assert found[1] < 0.85 * found[0]


def test_at_its_own_images_there_is_nothing_to_pull(images):
    plain = job(images, PLAIN.model_copy(update={"precision": "fp32"}), classes=2)
    trainer = Trainer(replace(plain, consistency=Consistency([plain.initial] * 2, 5, 1)), CPU)
    assert float(trainer.step()["consistency"]) < 1e-5


def test_once_it_is_over_the_steps_are_those_without(images, teachers):
    plain = job(images, PLAIN, classes=2)
    over = Trainer(replace(plain, consistency=Consistency(teachers, 5, 0.008)), CPU)  # one step of 8 images
    free = Trainer(plain, CPU)
    over.steps = free.steps = 1
    assert "consistency" not in over.step()
    free.step()
    assert torch.equal(weights(over), weights(free))
