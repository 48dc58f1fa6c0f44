import pytest

from gan_cocktail.checkpoints.model import Model
from tests.conftest import TINY


@pytest.fixture
def union():
    """A model of three classes at 16x16 with random weights."""
    return Model.random(TINY.model_copy(update={"c_dim": 3}), 0)


@pytest.fixture
def generator(union):
    return union.generator()
