"""What other trainings, precisions and re-savings write: sizes, settings, protocols, containers."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.errors import CocktailError
from tests.checkpoints.formats import tf_writer, writers
from tests.checkpoints.formats.samples import random_model

LAYERS = [f"G_ema.synthesis.b{r}.conv{k}" for r in (4, 8, 16) for k in (0, 1) if (r, k) != (4, 0)]
WIDTHS = st.integers(3, 12)
CONNECTIONS = st.sampled_from(["skip", "resnet", "orig"])


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Write bytes under a name that says nothing."""
    return tmp_path_factory.mktemp("files") / "model.bin"


def read(file, content):
    file.write_bytes(content)
    return load(file)


def described(network):
    """Settings; widths as such, which several channel_base can give."""
    widths = [(network.channels(r), network.discriminator_channels(r)) for r in network.resolutions]
    return {k: v for k, v in network.model_dump().items() if "channel_" not in k} | {"widths": widths}


def same(found, model, tolerance=0.0):
    if model.D:
        assert described(found.network) == described(model.network)
    for ours, theirs in ((model.G, found.G), (model.D, found.D)):
        assert ours.keys() == theirs.keys()
        for name, tensor in ours.items():
            torch.testing.assert_close(theirs[name], tensor, rtol=tolerance, atol=tolerance, msg=name)


@st.composite
def ada_settings(draw):
    """Settings of every kind that stylegan2-ada-pytorch has."""
    top, judge, classes = draw(WIDTHS), draw(WIDTHS), draw(st.sampled_from([0, 1, 2, 5]))
    chosen = {"img_resolution": draw(st.sampled_from([16, 32])), "img_channels": draw(st.sampled_from([1, 3]))}
    chosen |= {
        "z_dim": draw(WIDTHS),
        "w_dim": draw(WIDTHS),
        "c_dim": classes,
        "mapping_layers": draw(st.integers(1, 4)),
    }
    chosen |= {"generator": draw(CONNECTIONS), "discriminator": draw(CONNECTIONS)}
    chosen |= {"channel_max": top, "channel_base": draw(st.integers(32, 16 * top + 40))}
    chosen |= {"discriminator_channel_max": judge, "discriminator_channel_base": draw(st.integers(32, 16 * judge + 40))}
    chosen |= {"conv_clamp": draw(st.sampled_from([None, 256.0, 3.5])), "mbstd_channels": draw(st.integers(0, 1))}
    if chosen["mbstd_channels"]:
        chosen["mbstd_group_size"] = draw(st.sampled_from([None, 2, 4, 32]))
    if classes:
        chosen["class_mapping_layers"] = draw(st.integers(0, 3))
    return chosen | {"seed": draw(st.integers(0, 99))}


@settings(max_examples=40, deadline=None)
@given(ada_settings(), st.sampled_from([2, 3, 4, 5]))
def test_any_ada_network_in_any_protocol(file, chosen, protocol):
    model = random_model(**chosen)
    same(read(file, writers.ada(model, protocol=protocol)), model)


@settings(max_examples=20, deadline=None)
@given(ada_settings(), st.sampled_from([4, 5]), st.sampled_from([3, 4]))
def test_any_tensorflow_network(file, chosen, version, protocol):
    model = random_model(**chosen)
    same(read(file, tf_writer.tensorflow(model, version=version, protocol=protocol)), model, 1e-5)


@settings(max_examples=20, deadline=None)
@given(WIDTHS, WIDTHS, st.integers(1, 8), st.sampled_from([16, 32, 64]), st.booleans())
def test_any_rosinality_network_in_both_containers(file, top, w_dim, layers, size, old):
    widths = {"channel_max": top, "channel_base": top * size // 2, "img_resolution": size}
    model = random_model(z_dim=w_dim, w_dim=w_dim, mapping_layers=layers, **widths)
    same(read(file, writers.rosinality(model, old=old)), model)


def test_widths_of_embeddings_and_hidden_layers(file):
    widths = {"embed_dim": 7, "mapping_dim": 9, "class_dim": 11, "class_embed_dim": 5, "class_mapping_dim": 6}
    model = random_model(c_dim=2, class_mapping_layers=3, **widths)
    same(read(file, writers.ada(model)), model)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions_become_float32(file, dtype):
    model = random_model(w_dim=12)
    wanted = Model(model.network, *({k: v.to(dtype).float() for k, v in s.items()} for s in (model.G, model.D)))
    same(read(file, writers.ada(model, dtype=dtype)), wanted)
    half = Model(model.network, *({k: v.to(dtype) for k, v in s.items()} for s in (model.G, model.D)))
    for old in (False, True):
        same(read(file, writers.rosinality(half, old=old)), wanted)


@pytest.mark.parametrize(("g", "d"), [(0.01, 0.1), (0.05, 1.0)])
def test_learning_rate_multipliers_are_folded_into_the_weights(file, g, d):
    model = random_model(c_dim=3)
    found = read(file, writers.ada(model, g_multiplier=g, d_multiplier=d))
    torch.testing.assert_close(found.G["mapping.fc1.weight"], model.G["mapping.fc1.weight"] * g / 0.01)
    torch.testing.assert_close(found.D["mapping.fc0.bias"], model.D["mapping.fc0.bias"] * d / 0.01)
    assert torch.equal(found.G["mapping.embed.weight"], model.G["mapping.embed.weight"])


def test_strides_are_honoured(file):
    model = random_model()
    last = {k: v.contiguous(memory_format=torch.channels_last) if v.ndim == 4 else v for k, v in model.G.items()}
    same(read(file, writers.ada(Model(model.network, last, model.D))), model)


def test_a_view_of_a_larger_storage(file):
    model = random_model()
    flat = torch.cat([v.flatten() for v in model.G.values()])
    parts = flat.split([v.numel() for v in model.G.values()])
    state = {name: part.view(like.shape) for (name, like), part in zip(model.G.items(), parts, strict=True)}
    found = read(file, writers.torch_file({"g_ema": state}))
    assert all(torch.equal(found.G[name], tensor) for name, tensor in model.G.items())


def frozen(state):
    state["_buffers"] |= {name: parameter.data for name, parameter in state["_parameters"].items()}
    state["_parameters"] = {}


def test_frozen_layers_keep_weights_as_buffers(file):
    model = random_model()
    same(read(file, writers.ada(model, change={"D.b16.conv0": frozen, "D.b16.fromrgb": frozen})), model)


def silent(state):
    state["use_noise"] = False
    del state["_buffers"]["noise_const"], state["_parameters"]["noise_strength"]


def test_layers_without_noise_have_noise_of_strength_zero(file):
    found = read(file, writers.ada(random_model(), change=dict.fromkeys(LAYERS, silent)))
    for layer in LAYERS:
        assert found.G[f"{layer.removeprefix('G_ema.')}.noise_strength"] == 0


@pytest.mark.parametrize("only", [("G_ema",), ("G", "G_ema")])
def test_without_a_discriminator_g_is_read(file, only):
    model = random_model()
    found = read(file, writers.ada(model, only=only))
    same(found, Model(model.network, model.G))
    with pytest.raises(CocktailError, match=r"model\.bin: it has no discriminator"):
        found.discriminator()


def test_the_module_alone_and_g_alone(file):
    model = random_model()
    same(read(file, writers.ada(model, alone=True)), Model(model.network, model.G))
    found = read(file, writers.ada(model, only=("G", "D")))
    same(found, model)
    assert "G serves for G_ema" in found.info["assumed"][0]


def test_state_dicts(file):
    model = random_model(conv_clamp=256)
    for content in (model.G, {"G_ema": model.G}, {"state_dict": model.G, "step": 3}):
        same(read(file, writers.torch_file(content)), Model(model.network, model.G))
    found = read(file, writers.torch_file({"G_ema": model.G, "D": model.D}, old=True))
    same(found, model)
    assert any("conv_clamp 256" in said for said in found.info["assumed"])


def test_a_missing_mean_latent_is_estimated_alike_each_time(file):
    model = random_model(w_dim=12)
    first, second = (read(file, writers.rosinality(model, average=False, training=True)) for _ in range(2))
    found = first.G["mapping.w_avg"]
    assert torch.equal(found, second.G["mapping.w_avg"])
    z = torch.randn(20_000, 12, generator=torch.Generator().manual_seed(5))
    wanted = model.generator().mapping(z, None)
    assert float((found - wanted.mean(0)).abs().max()) < 0.05 * float(wanted.std())
    assert first.info["estimated"] == ["mapping.w_avg, over 10,000 latents of seed 0"]
    assert first.info["dropped"] == ["args"]


def edit(**values):
    return lambda state: state.update(values)


def other_filter(state):
    state["_buffers"]["resample_filter"] = torch.ones(4, 4) / 16


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({LAYERS[1]: edit(activation="relu")}, "activation of the layer synthesis.b8.conv0 is relu"),
        ({LAYERS[1]: edit(act_gain=1.0)}, "act_gain"),
        ({LAYERS[1]: edit(up=4)}, "up of the layer synthesis.b8.conv0 is 4, expected 2"),
        ({LAYERS[1]: edit(conv_clamp=12)}, "its layers differ in conv_clamp"),
        ({"D": edit(), "D.b4.conv": edit(conv_clamp=9), "D.b8.skip": edit(conv_clamp=9)}, "conv_clamp"),
        ({LAYERS[1]: other_filter}, "resample_filter is not the filter"),
        ({"G_ema": edit(z_dim=99)}, r"G_ema.mapping.fc0.weight has the shape \(10, 12\); expected \(10, 99\)"),
        ({"D.b8": edit(architecture="skip")}, "its layers differ in architecture"),
        ({"G_ema.mapping.fc0": edit(weight_gain=float("nan"))}, "weight_gain of G_ema.mapping.fc0 is nan"),
        ({"D.b4.mbstd": edit(group_size=10**300)}, "group_size of b4.mbstd"),
        ({"D.b4.mbstd": edit(group_size=-1)}, "mbstd_group_size"),
        ({"G_ema.synthesis": lambda s: s["_modules"].update(input=writers.Persistent("Input", s))}, "no checkpoint"),
    ],
)
def test_what_cannot_be_represented_is_refused_by_name(file, change, message):
    with pytest.raises(CocktailError, match=message):
        read(file, writers.ada(random_model(), change=change))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda m: writers.rosinality(m, more={"args": writers.argparse.Namespace(arch="swagan")}.items()), "a SWAGAN"),
        (lambda m: tf_writer.tensorflow(m, version=3), "version 3, older than StyleGAN2's"),
        (lambda m: tf_writer.tensorflow(m, resample_kernel=[1, 2, 1]), "resample_kernel"),
        (lambda m: writers.torch_file({"state_dict": {"conv.weight": torch.ones(3)}}), "a pickled dict of state_dict"),
        (lambda m: writers.torch_file([1, 2]), "a pickled list"),
    ],
)
def test_other_networks_are_refused_by_name(file, content, message):
    with pytest.raises(CocktailError, match=message):
        read(file, content(random_model()))


def test_infinite_weights_are_named(file):
    model = random_model()
    model.D["b8.conv1.weight"][0, 0, 0, 0] = float("inf")
    with pytest.raises(CocktailError, match=r"tensor D\.b8\.conv1\.weight holds values"):
        read(file, writers.ada(model))


def test_tensors_that_overlap_are_refused(file):
    model = random_model(mapping_layers=8)
    one = torch.zeros(12 * 12 * 9)
    state = {name: one[: v.numel()].view(v.shape) for name, v in model.G.items() if v.numel() <= one.numel()}
    content = writers.torch_file({"g_ema": state})
    with pytest.raises(CocktailError, match="they overlap"):
        read(file, content)
