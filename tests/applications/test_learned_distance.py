"""LPIPS as points: their distances are the package's own values. VGG-16 is random here, which needs no download."""

from urllib.error import URLError

import pytest
import torch

from gan_cocktail.applications import learned_distance
from gan_cocktail.applications.projection import project
from gan_cocktail.errors import CocktailError
from tests.conftest import TINY
from tests.networks.test_networks import lively

lpips = pytest.importorskip("lpips")


@pytest.fixture(scope="module")
def net():
    torch.manual_seed(0)
    return lpips.LPIPS(net="vgg", pnet_rand=True, verbose=False).requires_grad_(False)


def images(size, n=2, channels=3):
    return torch.rand(n, channels, size, size, generator=torch.Generator().manual_seed(size)) * 2 - 1


@pytest.mark.parametrize("size", [32, 64])
def test_squared_distances_of_points_are_lpips(net, size):
    points, (a, b) = learned_distance.points_of(net), (images(size), images(size).flip(0))
    theirs = net(a, b).flatten()
    ours = (points(a) - points(b)).square().sum(1)
    assert theirs.min() > 1e-4
    assert torch.allclose(ours, theirs, rtol=1e-3)
    assert torch.equal(points(a), points(a))


def test_grey_images_are_as_their_three_channels(net):
    points, grey = learned_distance.points_of(net), images(32, channels=1)
    assert torch.equal(points(grey), points(grey.expand(-1, 3, -1, -1)))


def test_a_projection_by_it_comes_nearer(net):
    G, points = lively(TINY, 0).generator(), learned_distance.points_of(net)
    target = torch.randint(0, 256, (3, 16, 16), generator=torch.Generator().manual_seed(0)).byte()
    first, last = (project(G, target, 0, points, steps, 0).distance for steps in (1, 20))
    assert last < first


def test_weights_that_cannot_be_had_are_told_of_in_a_sentence(monkeypatch):
    def refuse(*arguments, **options):
        raise URLError("no network")

    monkeypatch.setattr("lpips.LPIPS", refuse)
    with pytest.raises(CocktailError, match=r"VGG-16 could not be fetched or read .*no network.*vgg16-397923af.pth"):
        learned_distance.load_lpips(torch.device("cpu"))
