"""Does the default extractor see what people see? Ladders of disturbances (docs/yardstick.md tells the story)."""

import pytest
import torch

from gan_cocktail.checkpoints.model import load
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.sampling import draw
from tests.conftest import ROOT, SHIPPED
from tests.evaluation.ladders import climb

pytestmark = pytest.mark.long
CPU = torch.device("cpu")
OTHER = {"cat": "face", "face": "cat", "car": "flower", "flower": "car"}
HALF = 500  # images; fewer make FID's bias large beside small disturbances
REAL = ROOT.parent / "shared/data"  # real images, where they are at hand
HARDLY_SEEN = {"blur": 0.4, "noise": 3, "contrast": 1.15, "brightness": 10, "cast": 8}
ANYONE_SEES = {"blur": 1.5, "noise": 25, "JPEG": 20, "blotches": 32, "eyes painted": 3, "other domain": 0.1}


def drawn(domain, n):
    model = load(ROOT / f"resources/sources/{domain}/model.safetensors")
    return torch.cat(list(draw(model, 0, n, 0, "ladders", CPU)))


def real(domain, n):
    images = read_dataset(REAL / f"{domain}.zip", 32, 3).images
    return images[torch.randperm(len(images), generator=torch.Generator().manual_seed(0))[:n]]


@pytest.fixture(scope="module")
def climbed(request):
    kind, domain = request.param
    if kind is real and not REAL.is_dir():
        pytest.skip("no real images at hand")
    return climb(lite.load(SHIPPED, CPU), kind(domain, 2 * HALF), kind(OTHER[domain], HALF), domain)


SETS = [(drawn, "cat"), *((real, domain) for domain in OTHER)]


def case(kind, domain):
    """A set as a parameter; what it costs is its ladders, so its tests are of one worker."""
    name = f"{kind.__name__} {domain}"
    return pytest.param((kind, domain), id=name, marks=pytest.mark.xdist_group(name))


every_set = pytest.mark.parametrize("climbed", [case(*s) for s in SETS], indirect=True)


@every_set
def test_every_ladder_rises(climbed):
    halves, _, ladders = climbed
    for name, fids in ladders.items():
        steps = [halves, *fids.values()]
        assert steps == sorted(steps), name


@every_set
def test_halves_are_near_and_another_domain_is_far(climbed):
    halves, other, _ = climbed
    assert 0 <= halves < 0.05 * other


@every_set
def test_what_is_hardly_seen_counts_less_than_anything_that_anyone_sees(climbed):
    halves, _, ladders = climbed
    hardly = {name: ladders[name][much] - halves for name, much in HARDLY_SEEN.items()}
    anyone = {name: ladders[name][much] - halves for name, much in ANYONE_SEES.items() if name in ladders}
    assert max(hardly.values()) < min(anyone.values()), (hardly, anyone)


@every_set
def test_traces_of_compression_are_no_other_domain(climbed):
    """The network that this one replaced put JPEG of quality 90 above one cat in ten replaced by a face."""
    halves, other, ladders = climbed
    assert ladders["JPEG"][90] - halves < ladders["other domain"][0.1] - halves
    assert ladders["JPEG"][50] < 0.25 * other
