"""Extractors: identity, independence of batching, and the one sentence when Inception cannot be had."""

import re
from urllib.error import URLError

import numpy as np
import pytest
import torch

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation import features
from gan_cocktail.evaluation.embedded import EmbeddedNet, load_embedded, save_embedded
from gan_cocktail.evaluation.embedded_training import LabelledImages, train_embedded
from gan_cocktail.files import sha256
from tests.conftest import ROOT

SHIPPED = ROOT / "resources/features/embedded.safetensors"
CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def extractor():
    return features.embedded(SHIPPED, CPU)


def test_identity_is_of_the_weights(extractor):
    assert extractor.identity.weights_sha256 == sha256(SHIPPED)
    assert extractor.identity.dim == 128


def test_features_do_not_depend_on_batches_or_order(extractor):
    images = torch.randint(0, 256, (300, 3, 32, 32), dtype=torch.uint8)
    whole = extractor(images)
    assert whole.shape == (300, 128)
    np.testing.assert_allclose(extractor(images[7:9]), whole[7:9], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(extractor(images.flip(0)), whole[::-1], rtol=1e-3, atol=1e-4)


def test_grey_and_other_sizes_are_brought_to_the_network_s(extractor):
    grey = torch.randint(0, 256, (2, 1, 64, 64), dtype=torch.uint8)
    rgb = grey.expand(-1, 3, -1, -1)
    np.testing.assert_array_equal(extractor(grey), extractor(rgb))


def test_resizing_is_clean_fid_s():
    from cleanfid.resize import build_resizer

    image = torch.randint(0, 256, (1, 3, 40, 40), dtype=torch.uint8)
    theirs = build_resizer("clean")(image[0].permute(1, 2, 0).numpy())
    ours = features.resize(image, 299)[0].permute(1, 2, 0).numpy()
    np.testing.assert_array_equal(ours, theirs)


def test_offline_inception_says_which_file_to_put_where(monkeypatch, tmp_path):
    def offline(folder):
        raise URLError("no route")

    monkeypatch.setattr(features, "check_download_inception", offline)
    monkeypatch.setenv("GAN_COCKTAIL_CACHE", str(tmp_path))
    wanted = re.escape(f"at {tmp_path / 'inception-2015-12-05.pt'}")
    with pytest.raises(CocktailError, match=rf"could not be fetched .*put https.*{wanted}.*features: embedded"):
        features.load_extractor("inception_v3", SHIPPED, CPU)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_extractor_is_refused(tmp_path, tiny):
    from gan_cocktail.checkpoints.model import save

    save(tiny, tmp_path / "m")
    with pytest.raises(CocktailError, match="expected an extractor made by train-features"):
        load_embedded(tmp_path / "m")


def test_training_learns_what_can_be_told_apart(tmp_path):
    torch.manual_seed(0)
    dark, light = torch.randint(0, 100, (240, 3, 32, 32)), torch.randint(150, 256, (240, 3, 32, 32))
    images = torch.cat([dark, light]).to(torch.uint8)
    data = LabelledImages(images, torch.arange(480) // 240, ["dark", "light"])
    net, accuracy = train_embedded(data, epochs=10, seed=0)
    assert accuracy == 1
    save_embedded(net, tmp_path / "e", data.classes, {})
    again, classes = load_embedded(tmp_path / "e")
    assert classes == ["dark", "light"]
    assert isinstance(again, EmbeddedNet)
    assert all(torch.equal(v, again.state_dict()[k]) for k, v in net.state_dict().items())


class FakeLayers(torch.nn.Module):
    def forward(self, x):
        return x.mean([2, 3]).repeat(1, 683)[:, :2048]


class FakeInception(torch.nn.Module):
    """Of the shape of clean-fid's TorchScript file."""

    def __init__(self):
        super().__init__()
        self.layers = FakeLayers()

    def forward(self, x):
        return self.layers(x)


def test_inception_is_read_from_the_cache_and_sees_clean_resized_pixels(monkeypatch, tmp_path):
    torch.jit.script(FakeInception()).save(str(tmp_path / "inception-2015-12-05.pt"))
    monkeypatch.setenv("GAN_COCKTAIL_CACHE", str(tmp_path))
    extractor = features.load_extractor("inception_v3", SHIPPED, CPU)
    images = torch.full((3, 3, 32, 32), 192, dtype=torch.uint8)
    found = extractor(images)
    assert found.shape == (3, 2048)
    np.testing.assert_allclose(found, 0.5, rtol=1e-6)  # (192 - 128) / 128
    assert extractor.identity.name == "inception_v3"
    assert extractor.identity.weights_sha256 == sha256(tmp_path / "inception-2015-12-05.pt")
