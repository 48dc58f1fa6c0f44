"""The perceptual distance, and the diversity that is its mean over pairs."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.evaluation.diversity import pair_distances
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.perceptual import load_perceptual, unit
from tests.conftest import SHIPPED

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def perceptual():
    return load_perceptual(SHIPPED, CPU)


def noise(n, resolution=32, channels=3, seed=0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (n, channels, resolution, resolution), dtype=torch.uint8, generator=rng)


def test_activations_are_those_that_features_pool():
    net = lite.load_net(SHIPPED, CPU)
    x = torch.rand(3, 3, 64, 64) * 255
    layers = net.activations(x)
    assert [tuple(a.shape) for a in layers] == [(3, 144, 16, 16), (3, 240, 8, 8), (3, 672, 4, 4), (3, 1152, 2, 2)]
    assert all((a >= 0).all() and (a <= 6).all() for a in layers)
    last, (inside,) = net.walk(x, [14])
    assert torch.equal(inside, layers[-1])  # on the way to what features pool
    torch.testing.assert_close(net.features(x), last.mean([2, 3]) / lite.SCALE)


def test_the_extractor_is_still_the_one_that_made_the_references():
    assert load_perceptual(SHIPPED, CPU).identity == lite.load(SHIPPED, CPU).identity


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), scale=st.floats(0.1, 100))
def test_a_layer_s_term_is_the_mean_over_positions_of_the_angle(seed, scale):
    rng = torch.Generator().manual_seed(seed)
    a, b = torch.rand(2, 4, 5, 3, 3, generator=rng) + 0.01
    cosine = torch.cosine_similarity(a, b, dim=1)
    found = (unit(a) - unit(scale * b)).square().sum(1)  # |u - v|^2 = 2 - 2 cos, however long the vectors are
    torch.testing.assert_close(found, (2 - 2 * cosine).mean([1, 2]), atol=1e-5, rtol=1e-4)


def test_dead_activations_are_no_obstacle():
    assert torch.equal(unit(torch.zeros(1, 2, 3, 3)), torch.zeros(1, 18))


def test_the_distance_is_a_squared_metric_of_four_layers(perceptual):
    x, y = noise(20), noise(20, seed=1)
    assert torch.equal(perceptual.distance(x, x), torch.zeros(20))
    torch.testing.assert_close(perceptual.distance(x, y), perceptual.distance(y, x))
    assert (perceptual.distance(x, y) <= 8).all()
    assert (perceptual.distance(x, noise(20) // 2 + 64) < perceptual.distance(x, 255 - x)).float().mean() > 0.9


def test_images_are_taken_unrounded_and_whatever_their_type(perceptual):
    x = noise(2)
    torch.testing.assert_close(perceptual(x), perceptual(x.float()))
    assert perceptual.distance(x.float().clamp(1, 254), x.float().clamp(1, 254) + 0.01).min() > 0


def test_grey_and_larger_images_fit(perceptual):
    grey = noise(2, 64, 1)
    torch.testing.assert_close(perceptual(grey), perceptual(grey.expand(-1, 3, -1, -1)))


def test_pairs_are_disjoint_neighbours(perceptual):
    images = noise(7)
    found = pair_distances(images, perceptual)
    expected = [float(perceptual.distance(images[i : i + 1], images[i + 1 : i + 2])) for i in (0, 2, 4)]
    assert found.tolist() == pytest.approx(expected, rel=1e-4)


def test_a_collapsed_class_has_no_diversity(perceptual):
    one = noise(1).expand(10, -1, -1, -1)
    assert pair_distances(one, perceptual).max() < 1e-9
