"""What a state draws: the pictures of the other verbs, and nothing but what its controls say."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_cocktail.applications.directions import Direction
from gan_cocktail.applications.directions import save as save_direction
from gan_cocktail.checkpoints.model import save
from gan_cocktail.cli.generate import generate
from gan_cocktail.data.images import to_uint8
from gan_cocktail.errors import CocktailError
from gan_cocktail.exploring.explorer import open_explorer
from gan_cocktail.exploring.state import State, only
from gan_cocktail.tensors import load_tensors, save_tensors

unit = st.integers(0, 20).map(lambda k: k / 20)


@st.composite
def states(draw, *, projected=True):
    """Any state of the fixture's explorer."""
    share = draw(unit)
    return State(
        shares=draw(st.sampled_from([(1.0, share), (share, 1.0), (1.0, 0.0), (0.0, 1.0)])),
        psi=(draw(unit), draw(unit)),
        layers=draw(st.integers(0, 6)),
        seed=draw(st.integers(0, 2**32 - 1)),
        projected=draw(st.sampled_from([None, 0])) if projected else None,
        other_seed=draw(st.none() | st.integers(0, 9)),
        other_class=draw(st.integers(0, 1)),
        toward=draw(unit),
        steps=(draw(st.integers(-12, 12)) / 4,),
    )


def picture(explorer, state):
    return explorer.draw([state])[0].int()


def by_generate(files, folder, **options):
    defaults = {"class_": "", "seeds": "0", "psi": 1.0, "mix": "", "w": None, "frames": 1, "fps": 1, "noise": "const"}
    generate(files / "union.safetensors", folder / "grid.png", **defaults | options)
    pixels = np.array(Image.open(folder / "grid.png"))
    return torch.from_numpy(pixels).permute(2, 0, 1).int()


def close(image, other):
    assert (image - other).abs().max() <= 1  # a batch rounds


@pytest.mark.parametrize("psi", [1.0, 0.4])
@pytest.mark.parametrize(
    ("shares", "asked"),
    [((0.0, 1.0), {"class_": "face"}), ((0.5, 0.25), {"mix": "cat=0.5,face=0.25"})],
)
def test_the_same_seed_is_the_picture_of_generate(explorer, files, tmp_path, shares, asked, psi):
    state = replace(explorer.start(), seed=3, shares=shares, psi=(psi, psi))
    close(picture(explorer, state), by_generate(files, tmp_path, seeds="3", psi=psi, **asked))
    assert (picture(explorer, state) != picture(explorer, replace(state, seed=4))).any()


def test_psi_0_is_the_class_s_own_mean(explorer):
    means = explorer.G.mapping.get_buffer("w_avg")
    for k in range(2):
        psi = tuple(1.0 - share for share in only(k, 2))
        state = replace(explorer.start(), shares=only(k, 2), psi=psi, seed=5)
        assert torch.equal(explorer.w(state), means[k].expand(6, -1))


@settings(max_examples=40, deadline=None)
@given(state=states())
def test_coarse_layers_lie_between_a_and_b_and_the_rest_are_b(explorer, state):
    a = explorer.w(replace(state, toward=0.0, layers=6, steps=(0.0,)))
    b = explorer.w(replace(state, toward=1.0, layers=6, steps=(0.0,)))
    w = explorer.w(replace(state, steps=(0.0,)))
    k = state.layers
    assert torch.allclose(w[:k], (a + (b - a) * state.toward)[:k], atol=1e-5)
    assert torch.equal(w[k:], b[k:])


@settings(max_examples=40, deadline=None)
@given(state=states())
def test_a_direction_moves_every_layer_alike(explorer, state):
    (direction,) = explorer.directions.values()
    moved = explorer.w(state) - explorer.w(replace(state, steps=(0.0,)))
    assert torch.allclose(moved, (state.steps[0] * direction.std * direction.normal).expand(6, -1), atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(state=states(), factor=st.integers(1, 10).map(lambda k: k / 10))
def test_shares_are_weights(explorer, state, factor):
    scaled = tuple(share * factor for share in state.shares)
    assert torch.allclose(explorer.w(state), explorer.w(replace(state, shares=scaled)), atol=1e-5)


@settings(max_examples=20, deadline=None)
@given(state=states(), label=st.integers(0, 1))
def test_b_with_a_s_latent_in_a_s_class_is_a(explorer, state, label):
    same = replace(state, shares=only(label, 2), other_class=label, other_seed=None)
    assert torch.allclose(explorer.w(same), explorer.w(replace(same, toward=0.0, layers=6)), atol=1e-5)


def test_a_projected_image_is_drawn_with_its_own_noise_and_moved_between_the_means(explorer, files):
    tensors, _ = load_tensors(files / "photo/w.safetensors", "w")
    noise = [tensors[f"noise.{k}"] for k in range(5)]
    state = replace(explorer.start(), projected=0, shares=(0.0, 1.0))
    close(picture(explorer, state), to_uint8(explorer.G.synthesis(tensors["w"], noise))[0].int())
    means = explorer.G.mapping.get_buffer("w_avg")
    other = explorer.w(replace(state, shares=(1.0, 0.0)))
    assert torch.allclose(other, tensors["w"] + means[0] - means[1], atol=1e-5)
    assert explorer.projected[0].name == "photo"


def test_states_of_one_call_are_the_pictures_of_single_calls(explorer):
    each = [replace(explorer.start(), seed=k, layers=k) for k in range(5)]
    for image, state in zip(explorer.draw(each), each, strict=True):
        close(image.int(), picture(explorer, state))


def test_an_unconditional_model_has_one_class(tiny, tmp_path):
    save(tiny, tmp_path / "source.safetensors")
    explorer = open_explorer(tmp_path / "source.safetensors")
    start = explorer.start()
    assert (start.shares, start.other_seed) == ((1.0,), 1)
    assert not torch.equal(explorer.w(start), explorer.w(replace(start, toward=1.0)))


def test_no_share_is_one_sentence(explorer):
    with pytest.raises(CocktailError, match="no class has a share"):
        explorer.w(replace(explorer.start(), shares=(0.0, 0.0)))


@pytest.mark.parametrize(
    ("tensors", "told", "message"),
    [
        ({"z": torch.zeros(1, 16)}, "cat", r"expected a tensor w \[1, 16\].*found none"),
        ({"w": torch.zeros(2, 16)}, "cat", r"found \[2, 16\]"),
        ({"w": torch.zeros(1, 16)}, "dog", "class: expected 0 to 1"),
        ({"w": torch.zeros(1, 16)}, None, "class: expected one of cat, face"),
        ({"w": torch.zeros(1, 16), "noise.0": torch.zeros(1, 1, 4, 4)}, "cat", "expected noise of 5 layers"),
    ],
)
def test_a_file_of_w_that_does_not_fit_is_one_sentence(files, tmp_path, tensors, told, message):
    save_tensors(tensors, {"info": {"class": told}}, tmp_path / "w.safetensors")
    with pytest.raises(CocktailError, match=message):
        open_explorer(files / "union.safetensors", [], [tmp_path / "w.safetensors"])


def test_a_direction_of_another_w_is_one_sentence(files, tmp_path):
    save_direction(Direction(torch.ones(3), 1.0, 1.0), tmp_path / "d.safetensors")
    with pytest.raises(CocktailError, match=r"expected a direction of 16 dimensions.*found 3"):
        open_explorer(files / "union.safetensors", [tmp_path / "d.safetensors"])


def test_directions_of_one_name_or_of_a_row_s_are_told_by_their_paths(files, tmp_path):
    paths = [
        tmp_path / name for name in ("a/pose.safetensors", "b/pose.safetensors", "None.safetensors", "c.safetensors")
    ]
    for path in paths:
        save_direction(Direction(torch.ones(16), 1.0, 1.0), path)
    explorer = open_explorer(files / "union.safetensors", paths)
    assert list(explorer.directions) == [*map(str, paths[:3]), "c"]
    assert len(explorer.start().steps) == 4
