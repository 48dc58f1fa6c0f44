"""Features: identity, independence of batching, and clean-fid's resizing."""

import numpy as np
import pytest
import torch

from gan_cocktail.evaluation import features
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.files import sha256
from tests.conftest import SHIPPED

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def extractor():
    return lite.load(SHIPPED, CPU)


def test_identity_is_of_the_weights(extractor):
    assert extractor.identity.weights_sha256 == sha256(SHIPPED)
    assert extractor.identity.dim == 192


def test_features_do_not_depend_on_batches_or_order(extractor):
    images = torch.randint(0, 256, (60, 3, 32, 32), dtype=torch.uint8)
    whole = extractor(images)
    assert whole.shape == (60, 192)
    np.testing.assert_allclose(extractor(images[7:9]), whole[7:9], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(extractor(images.flip(0)), whole[::-1], rtol=1e-3, atol=1e-4)


def test_grey_and_other_sizes_are_brought_to_the_network_s(extractor):
    grey = torch.randint(0, 256, (2, 1, 48, 48), dtype=torch.uint8)
    rgb = grey.expand(-1, 3, -1, -1)
    np.testing.assert_array_equal(extractor(grey), extractor(rgb))


@pytest.mark.parametrize(
    ("size", "resolution"), [((40, 40), 299), ((32, 32), 64), ((256, 256), 64), ((48, 33), 64), ((16, 16), 16)]
)
def test_resizing_is_clean_fid_s_up_to_rounding(size, resolution):
    from cleanfid.resize import make_resizer

    image = torch.randint(0, 256, (2, 3, *size), dtype=torch.uint8)
    resizer = make_resizer("PIL", False, "bicubic", (resolution, resolution))
    theirs = np.stack([resizer(each.permute(1, 2, 0).numpy()) for each in image])
    ours = features.resize(image, resolution).permute(0, 2, 3, 1).numpy()
    np.testing.assert_allclose(ours, theirs, atol=2e-4)  # of 255
