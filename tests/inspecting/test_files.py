"""What files are, and how they differ."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.inspecting.compare import distances, settings
from gan_cocktail.inspecting.files import names_of, read_files
from tests.conftest import TINY
from tests.inspecting.conftest import FILES

FOREIGN = {
    "ada-ema-module-32.pkl": ("stylegan2-ada-pytorch", 32, False, 0),
    "module-source.pkl": ("stylegan2-ada-pytorch", 16, True, 0),
    "rosinality-convert-full-32.pt": ("rosinality/stylegan2-pytorch", 32, True, 0),
    "tf-ada-32-cond3.pkl": ("TensorFlow StyleGAN2, version 5", 32, True, 3),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_a_file_is(name):
    (file,) = read_files([FILES / name])
    told = file.facts()
    found = told["format"], told["network"]["img_resolution"], told["discriminator"], len(told["classes"])
    assert found == FOREIGN[name]
    assert told["sha256"] == sha256(FILES / name)
    assert told["bytes"] == (FILES / name).stat().st_size
    assert told["parameters"]["G"] == sum(p.numel() for p in file.model.generator().state_dict().values())


def test_every_file_that_cannot_be_read_has_its_sentence(tmp_path):
    bad = [FILES / name for name in ("os-system.pkl", "web-page.pkl", "huge-storage.pt")] + [tmp_path / "none.pkl"]
    with pytest.raises(CocktailError) as caught:
        read_files([bad[0], FILES / "module-source.pkl", *bad[1:]])
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [str(path) for path in bad]


def test_names_are_fit_for_sources_and_all_different():
    paths = ["a b.pkl", "x/a-b.pt", "A-B.pkl", "mean.pkl", "dogs/model.safetensors", "...pkl", "größe.pt"]
    names = names_of([Path(path) for path in paths])
    assert names == ["a-b", "a-b-2", "A-B-3", "mean-2", "dogs", "model", "gr-e"]


def of_models(tmp_path, **models):
    for name, model in models.items():
        save(model, tmp_path / f"{name}.safetensors")
    return read_files([tmp_path / f"{name}.safetensors" for name in models])


def test_settings_that_differ_have_a_value_for_each_file(tmp_path):
    wide = TINY.model_copy(update={"z_dim": 8, "channel_max": 8})
    files = of_models(tmp_path, a=Model.random(TINY, 0), b=Model.random(wide, 0), c=Model.random(TINY, 1))
    found = settings(files)
    assert found["z_dim"] == [16, 8, 16]
    assert found["channel_max"] == found["discriminator_channel_max"] == [16, 8, 16]
    assert not {"class_dim", "img_resolution"} & found.keys()
    assert settings(files[:1]) == settings([files[0], files[2]]) == {}


def test_unrelated_models_are_far_and_trained_on_ones_near(tmp_path):
    """Independent weights are 2 apart, relative to their norms; a fine-tuned copy shares its ancestor."""
    one, other = Model.random(TINY, 0), Model.random(TINY, 1)
    tuned = replace(
        one,
        G={k: v + 0.1 * torch.randn_like(v) * v.std() for k, v in one.G.items() if v.numel() > 1}
        | {k: v for k, v in one.G.items() if v.numel() == 1},
    )
    found = {d.between: d for d in distances(of_models(tmp_path, one=one, same=one, tuned=tuned, other=other))}
    assert found["one", "same"].d == found["one", "same"].relative == 0
    assert found["one", "tuned"].kin
    assert 0 < found["one", "tuned"].relative < 0.1
    assert not found["one", "other"].kin
    assert found["one", "other"].relative == pytest.approx(2, abs=0.1)
    assert not found["tuned", "other"].kin


def test_no_distance_where_none_is_defined(tmp_path):
    models = {
        "one": Model.random(TINY, 0),
        "classes": Model.random(TINY.model_copy(update={"c_dim": 2}), 0),
        "bare": Model(TINY.model_copy(update={"z_dim": 8}), Model.random(TINY.model_copy(update={"z_dim": 8}), 0).G),
    }
    assert distances(of_models(tmp_path, **models)) == []


def test_without_a_discriminator_generators_are_compared(tmp_path):
    one, other = Model.random(TINY, 0), Model.random(TINY, 1)
    bare = Model(TINY.model_copy(update={"mbstd_group_size": None}), one.G)  # D's settings, of which it knows nothing
    found = {d.between: d for d in distances(of_models(tmp_path, bare=bare, one=one, other=replace(other, D={})))}
    assert found["bare", "one"].relative == 0
    assert found["one", "other"].relative == pytest.approx(2, abs=0.1)
    assert all(name.startswith("G.") for d in found.values() for name in d.layers)
