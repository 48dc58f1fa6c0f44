import pytest

from gan_cocktail.inspecting.speed import Speed
from tests.conftest import ROOT

FILES = ROOT / "tests/checkpoints/files"


@pytest.fixture
def timed():
    """A machine's speed, as if it had been measured: 20 ms a step."""
    return Speed(device="cpu", drawing=0.001, png=1000, step=0.02, memory=1e9, batch=32, at_least=False)
