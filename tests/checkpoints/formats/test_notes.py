"""What a reader says of a file beside its tensors: what it made up, what does not fit."""

import argparse
import io
import pickle
import pickletools

import numpy as np
import pytest
import torch

from gan_cocktail.checkpoints.formats.parts import Part
from gan_cocktail.checkpoints.formats.shapes import fit
from gan_cocktail.checkpoints.model import load
from gan_cocktail.checkpoints.pickles.errors import Unreadable
from gan_cocktail.checkpoints.pickles.storages import number
from gan_cocktail.errors import CocktailError
from tests.checkpoints.formats import writers
from tests.checkpoints.formats.samples import HERE, random_model


@pytest.fixture
def read(tmp_path):
    """The model in a file of these bytes."""

    def of(content):
        (tmp_path / "model.bin").write_bytes(content)
        return load(tmp_path / "model.bin")

    return of


@pytest.mark.parametrize(("part", "name"), [("g_ema", "style.1.scale"), ("g_ema", "convs.0.extra"), ("d", "more")])
def test_a_tensor_that_no_such_network_has_is_named(read, part, name):
    model = random_model(w_dim=12)
    content = {"g_ema": writers.rosinality_g(model), "d": writers.rosinality_d(model)}
    content[part][name] = torch.zeros(2)
    with pytest.raises(CocktailError, match=f"tensor {part}.{name} is none of a StyleGAN2 of these settings"):
        read(writers.torch_file(content))


def test_noise_that_a_file_does_not_keep_is_drawn_alike_each_time_and_said(read):
    model = random_model(w_dim=12)
    content = {"g_ema": {k: v for k, v in writers.rosinality_g(model).items() if not k.startswith("noises.")}}
    first, second = (read(writers.torch_file(content | {"latent_avg": model.G["mapping.w_avg"]})) for _ in range(2))
    drawn = [name for name in model.G if name.endswith("noise_const")]
    assert len(drawn) == 5
    for name in drawn:
        assert torch.equal(first.G[name], second.G[name])
        assert 0.5 < float(first.G[name].std()) < 1.5
    assert first.info["estimated"] == ["noise_const, drawn with seed 0"]


def test_each_class_keeps_its_own_mean_where_a_file_has_them(read):
    model = random_model(c_dim=3)
    model.G["mapping.w_avg"] = torch.randn(3, 10, generator=torch.Generator().manual_seed(1))
    found = read(writers.torch_file({"G_ema": model.G, "D": model.D}))
    assert torch.equal(found.G["mapping.w_avg"], model.G["mapping.w_avg"])
    assert "estimated" not in found.info


def test_widths_that_no_setting_gives_are_told():
    with pytest.raises(Unreadable, match="the channels of g are 5 at 4x4, 7 at 8x8, 7 at 16x16: no channel_base"):
        fit({4: 5, 8: 7, 16: 7}, Part("g", {}), None)


def test_blocks_that_are_no_powers_of_two_are_told(read):
    state = dict(random_model().G)
    state["synthesis.b12.conv1.bias"] = torch.zeros(3)
    with pytest.raises(CocktailError, match=r"G_ema has blocks of \[4, 8, 12, 16\] pixels, expected 4, 8, \.\.\."):
        read(writers.torch_file(state))


@pytest.mark.parametrize("kernel", ["convs.0.conv.blur.kernel", "to_rgbs.1.upsample.kernel"])
def test_another_filter_is_named(read, kernel):
    model = random_model(w_dim=12)
    state = writers.rosinality_g(model) | {kernel: writers.FILTER}  # without its gain of 4
    with pytest.raises(CocktailError, match=rf"g_ema\.{kernel} is not the filter \[1, 3, 3, 1\]"):
        read(writers.torch_file({"g_ema": state, "latent_avg": model.G["mapping.w_avg"]}))


def test_a_generator_of_another_kind_is_told_by_its_class(read):
    other = writers.Persistent("ProGAN", {"_parameters": {}, "_buffers": {}, "_modules": {}})
    with pytest.raises(CocktailError, match="a generator of the class ProGAN that is no StyleGAN2"):
        read(writers.dumps({"G_ema": other}))


def test_another_filter_of_state_dicts_is_named_too(read):
    state = dict(random_model().G) | {"synthesis.b8.conv0.resample_filter": torch.ones(4, 4) / 16}
    with pytest.raises(CocktailError, match=r"G_ema\.synthesis\.b8\.conv0\.resample_filter is not the filter"):
        read(writers.torch_file(state))


@pytest.mark.parametrize(
    ("name", "program", "dropped"),
    [
        ("module-source.pkl", "stylegan2-ada-pytorch", ["training_set_kwargs", "G"]),
        ("rosinality-convert-full-32.pt", "rosinality/stylegan2-pytorch", ["g"]),
        ("tf-ada-32-cond3.pkl", "TensorFlow", ["G"]),
    ],
)
def test_whose_a_file_is_and_what_it_has_beside_g_ema_and_d_is_told(name, program, dropped):
    info = load(HERE / name).info
    assert info["format"].startswith(program)
    assert info["dropped"] == dropped


@pytest.mark.parametrize("order", ["", "<", ">", "|", "="])
@pytest.mark.parametrize("kind", "fiub")
@pytest.mark.parametrize("size", "1248")
def test_numbers_are_those_that_numpy_has(order, kind, size):
    try:
        known = np.dtype(order + kind + size).kind == kind
    except TypeError:
        known = False
    if known:
        assert number(order + kind + size).code == order + kind + size
    else:
        with pytest.raises(ValueError, match=kind + size):
            number(order + kind + size)


def without(state, name):
    return {k: v for k, v in state.items() if k != name}


def test_tensors_are_named_as_in_files_of_a_generator_alone(read):
    model = random_model(w_dim=12)
    with pytest.raises(CocktailError, match=r"tensor g_ema\.conv1\.conv\.weight is missing"):
        read(writers.torch_file(without(writers.rosinality_g(model), "conv1.conv.weight")))

    def cut(module):
        del module["_parameters"]["bias"]

    with pytest.raises(CocktailError, match=r"tensor G_ema\.mapping\.fc0\.bias is missing"):
        read(writers.ada(model, alone=True, change={"G_ema.mapping.fc0": cut}))


def test_a_generator_without_any_bias_of_its_mapping_is_refused(read):
    state = writers.rosinality_g(random_model(w_dim=12))
    with pytest.raises(CocktailError, match=r"tensor g_ema\.style\.1\.bias is missing"):
        read(writers.torch_file({k: v for k, v in state.items() if not (k.startswith("style.") and "bias" in k)}))


def test_a_training_without_its_average_or_its_settings_is_read(read):
    model = random_model(w_dim=12)
    content = {"g": writers.rosinality_g(model), "latent_avg": model.G["mapping.w_avg"], "args": argparse.Namespace()}
    found = read(writers.torch_file(content))
    assert torch.equal(found.G["synthesis.b4.const"], model.G["synthesis.b4.const"])
    assert found.info["assumed"] == ["g serves for g_ema, the moving average, which the file does not have"]


def test_a_state_dict_without_any_noise_has_none(read):
    model = random_model()
    noise = [name for name in model.G if name.endswith(("noise_const", "noise_strength"))]
    found = read(writers.torch_file({name: tensor for name, tensor in model.G.items() if name not in noise}))
    assert len(noise) == 10
    assert not any(found.G[name].any() for name in noise)


@pytest.mark.parametrize("others", [[], ["none"], [5]])
def test_an_old_file_whose_list_of_storages_does_not_fit_is_refused(read, others):
    content = writers.torch_file({"g_ema": random_model().G}, old=True)
    stream, starts = io.BytesIO(content), []
    for _ in range(5):
        starts.append(stream.tell())
        list(pickletools.genops(stream))
    keys = pickle.loads(content[starts[-1] : stream.tell()])
    other = pickle.dumps(keys[1:] + others, 2)
    with pytest.raises(CocktailError, match="its list of storages does not fit its tensors"):
        read(content[: starts[-1]] + other + content[stream.tell() :])
