"""Checkpoints that other programs wrote draw and judge as those programs do."""

import json

import pytest
import torch
from safetensors import safe_open

import gan_cocktail
from gan_cocktail.checkpoints.formats.table import describe
from gan_cocktail.files import sha256
from tests.checkpoints.formats.samples import SHARED, WITHOUT, expected, readable

TOLERANCE = 1e-4  # of the range of the images, of the largest logit
RENAMED = {  # the names of facts in the expected files
    "G_architecture": "generator",
    "D_architecture": "discriminator",
    "mbstd_num_channels": "mbstd_channels",
    "D_mapping_layers": "class_mapping_layers",
    "mbstd_group_size": "mbstd_group_size",
}
FACTS = (
    "z_dim",
    "c_dim",
    "w_dim",
    "img_resolution",
    "img_channels",
    "mapping_layers",
    "conv_clamp",
    "mbstd_group_size",
)


@pytest.fixture(params=readable(), ids=lambda p: p.name)
def case(request):
    """A file, the model in it, and what its own program gives."""
    with safe_open(expected(request.param), "pt") as f:
        tensors = {name: f.get_tensor(name) for name in f.keys()}  # noqa: SIM118
        return request.param, gan_cocktail.load(request.param), tensors, json.loads(f.metadata()["facts"])


def close(found, wanted):
    extent = (wanted.max() - wanted.min()) if wanted.ndim == 4 else wanted.abs().max()
    assert float((found - wanted).abs().max()) < TOLERANCE * float(extent)


@torch.no_grad()
def test_images_and_logits_are_the_same(case):
    _, model, wanted, _ = case
    G, z, c = model.generator(), wanted["z"], wanted.get("c")
    close(G.mapping(z, c), wanted["w"])
    for noise in ("const", "none"):
        for name, psi in (("psi1", 1.0), ("psi05", 0.5)):
            images = wanted.get(f"images.{noise}.{name}")
            if images is not None:
                close(G(z, c, noise=noise, psi=psi), images)
            if images is not None and model.D:
                close(model.discriminator()(images, c)[:, None], wanted[f"logits.{noise}.{name}"])
    assert bool(model.D) == any(name.startswith("logits.") for name in wanted)


def test_settings_are_the_programs(case):
    path, model, _, facts = case
    network = model.network
    for name in (*FACTS, *RENAMED):
        ours = getattr(network, RENAMED.get(name, name))
        if name in facts and not (name == "D_mapping_layers" and facts[name] is None):
            assert ours == facts[name], name
    assert {str(r): network.channels(r) for r in network.resolutions} == facts["channels"]
    if "D_channels" in facts:
        assert {str(r): network.discriminator_channels(r) for r in network.resolutions} == facts["D_channels"]
    assert describe(path) == network


def test_provenance_says_where_it_came_from(case):
    path, model, _, facts = case
    assert model.info["kind"] == "source"
    assert model.info["file"] == path.name
    assert model.info["sha256"] == sha256(path)
    assert ("estimated" in model.info) == (facts.get("has_latent_avg") is False)
    json.dumps(model.info)


@pytest.mark.skipif(not SHARED.exists(), reason=WITHOUT)
def test_all_shared_files_are_tried():
    assert len(readable()) >= 20
