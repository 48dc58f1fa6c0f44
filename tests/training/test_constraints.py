"""EWC's pull and FreezeD's mask, inside the trainer and by themselves."""

from dataclasses import replace

import pytest
import torch

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.networks.discriminator import Discriminator
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.training.constraints import Anchor, free_elements
from gan_cocktail.training.flat import flat_values, flatten
from gan_cocktail.training.trainer import Trainer
from tests.conftest import TINY
from tests.training.test_trainer import CPU, EVERYTHING, job, train

PLAIN = TrainingParams(batch_size=8, r1_interval=2)


def test_flat_values_lie_where_their_parameters_lie():
    net = Discriminator(TINY)  # convolutions are channels-last: the layout is not the plain one
    values = {name: torch.randn_like(p) for name, p in net.named_parameters()}
    flat = flat_values(net, values)
    weights = flatten(net)
    with torch.no_grad():
        weights.copy_(flat)
    for name, p in net.named_parameters():
        assert torch.equal(p, values[name]), name


def test_the_pull_is_the_gradient_of_the_penalty():
    net = Discriminator(TINY)
    flat = flatten(net)
    strength = {name: torch.rand_like(p) for name, p in net.named_parameters() if name.startswith("b16")}
    anchor = Anchor(net, flat, strength)
    assert anchor.penalty(flat) == 0
    with torch.no_grad():
        flat.add_(torch.randn_like(flat))
    theta = flat.detach().clone().requires_grad_(True)
    (expected,) = torch.autograd.grad((anchor.strength * (theta - anchor.start) ** 2).sum(), theta)
    flat.grad.zero_()
    anchor.pull(flat)
    torch.testing.assert_close(flat.grad, expected)
    assert 0 < expected.count_nonzero() < expected.numel()  # parameters without a strength are free


def with_strength(images, strength):
    plain = job(images, PLAIN)
    parts = [
        {k: torch.full_like(v, strength) for k, v in state.items()} for state in (plain.initial.G, plain.initial.D)
    ]
    return replace(plain, strength=Fisher(*parts))


def distance(trainer):
    start = Trainer(trainer.job, CPU)
    return float((trainer.flat_G - start.flat_G).detach().norm() + (trainer.flat_D - start.flat_D).detach().norm())


def test_the_stronger_the_pull_the_nearer_the_weights_stay(images):
    distances = [distance(train(with_strength(images, s), 30)) for s in (0.0, 10.0, 1e4)]
    assert distances[0] > 1.2 * distances[1] > 1.2 * distances[2]


def test_no_strength_is_plain_fine_tuning(images):
    free, plain = train(with_strength(images, 0.0), 3), train(job(images, PLAIN), 3)
    assert torch.equal(free.flat_G, plain.flat_G)
    assert torch.equal(free.flat_D, plain.flat_D)


def test_frozen_layers_do_not_move_and_the_others_do(images):
    trainer = train(replace(job(images, EVERYTHING), frozen=("b16.",)), 5)
    before = trainer.job.initial.D
    moved = {name for name, value in trainer.D.state_dict().items() if not torch.equal(value, before[name])}
    assert moved == {name for name in before if not name.startswith("b16.")}


@pytest.mark.parametrize("frozen", [(), ("b16.",), ("b16.", "b8.")])
def test_free_elements_are_those_of_the_other_names(frozen):
    net = Discriminator(TINY)
    free = sum(p.numel() for name, p in net.named_parameters() if not name.startswith(frozen))
    assert free_elements(net, frozen).sum() == free
