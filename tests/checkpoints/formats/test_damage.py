"""Checkpoints that lack a tensor, have one of a wrong shape, or nonsense among what layers say."""

import random

import pytest
import torch

from gan_cocktail.checkpoints.model import load
from gan_cocktail.errors import CocktailError
from tests.checkpoints.formats import tf_writer, writers
from tests.checkpoints.formats.samples import random_model

JUNK = [None, True, -1, 0, 2**2000, float("nan"), 1e308, "", "x" * 100, {}, [], (), [1, 3, 3, 1], b"a", torch.ones(2)]


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Where files are written."""
    return tmp_path_factory.mktemp("files") / "model.bin"


def refusal(file, content):
    """Why a file is refused; nothing if it loads as a model."""
    file.write_bytes(content)
    try:
        load(file).generator()
    except CocktailError as error:
        return str(error)
    return ""


def broken(content, name, tensor):
    """The dict of state dicts without a tensor, or with another in its place."""
    part, _, last = name.partition("/")
    state = {k: v for k, v in content[part].items() if k != last}
    return content | {part: state | ({} if tensor is None else {last: tensor})}


def names_of(model):
    """Every tensor of a rosinality file and of a dict of state dicts, by the file's own names."""
    theirs = {"g_ema": writers.rosinality_g(model), "d": writers.rosinality_d(model)}
    ours = {"G_ema": dict(model.G), "D": dict(model.D)}
    for content in (theirs, ours):
        for part, state in content.items():
            yield from ((content, f"{part}/{name}", tensor) for name, tensor in state.items())


@pytest.mark.parametrize("damage", ["missing", "longer", "shorter", "flat"])
def test_every_tensor_that_is_missing_or_misshaped_is_named(file, damage):
    model, skipped = random_model(w_dim=12, c_dim=0), ("kernel", "w_avg")
    for content, name, tensor in names_of(model):
        if name.endswith(skipped):
            continue
        other = {
            "missing": lambda t: None,
            "longer": lambda t: torch.zeros([n + 1 for n in t.shape]) if t.ndim else torch.zeros(2),
            "shorter": lambda t: torch.zeros([max(n - 1, 1) for n in t.shape] if t.numel() > 1 else (1, 1, 1, 1, 1)),
            "flat": lambda t: torch.zeros(max(t.numel(), 2) + 1),
        }[damage](tensor)
        assert name.replace("/", ".") in refusal(file, writers.torch_file(broken(content, name, other)))


@pytest.mark.parametrize("damage", ["missing", "longer"])
@pytest.mark.parametrize("classes", [0, 3])
@pytest.mark.parametrize("connections", ["skip", "resnet", "orig"])
def test_every_tensor_of_a_module_too(file, damage, classes, connections):
    settings = {"c_dim": classes, "generator": connections, "discriminator": connections, "class_mapping_layers": 2}
    model = random_model(**settings)
    for part, state in (("G_ema", model.G), ("D", model.D)):
        for name in state:
            path, _, last = name.rpartition(".")
            if name == "mapping.w_avg":
                continue

            def damaged(module, last=last):
                kind = "_parameters" if last in module["_parameters"] else "_buffers"
                tensor = module[kind].pop(last)
                if damage == "longer":
                    module[kind][last] = torch.zeros([n + 1 for n in tensor.shape] or [2])

            assert f"{part}.{name}" in refusal(file, writers.ada(model, change={f"{part}.{path}": damaged}))


def test_nonsense_among_attributes_is_refused_or_harmless(file):
    model, rng, said = random_model(c_dim=2), random.Random(0), []
    paths = {f"{part}.{name.rpartition('.')[0]}" for part in ("G_ema", "D") for name in getattr(model, part[0])}
    paths |= {path.rpartition(".")[0] for path in paths} | {"D.b4.mbstd"}
    for path in sorted(paths):
        for n in rng.sample(range(20), 4):

            def spoil(state, n=n):
                state[sorted(state)[n % len(state)]] = rng.choice(JUNK)

            said.append(refusal(file, writers.ada(model, change={path: spoil})))
    assert max(map(len, said)) < 600
    assert sum(map(bool, said)) > 30


@pytest.mark.parametrize("value", JUNK, ids=str)
def test_nonsense_among_tensorflows_settings_too(file, value):
    for name in (
        "mapping_lrmul",
        "fmap_base",
        "latent_size",
        "conv_clamp",
        "architecture",
        "use_noise",
        "nonlinearity",
    ):
        assert len(refusal(file, tf_writer.tensorflow(random_model(), **{name: value}))) < 600
