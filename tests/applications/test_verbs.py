"""The verbs: the size of their grids, what they carry, and what they refuse."""

import json

import pytest
import torch
from PIL import Image
from typer.testing import CliRunner

from gan_cocktail.applications.drawing import draw_images, map_class
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.reporting.grids import load_grid
from gan_cocktail.seeds import latents
from tests.conftest import TINY

APP = build(["interpolate", "swap", "mix", "direction", "traverse"])
SIDE = TINY.img_resolution


@pytest.fixture
def model(union, tmp_path):
    save(union, tmp_path / "union.safetensors")
    return tmp_path / "union.safetensors"


def call(*arguments):
    return CliRunner().invoke(APP, [str(a) for a in arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("verb", "rows", "columns"),
    [
        (["interpolate", "--columns", 3, "--rows", 2], 2, 5),
        (["interpolate", "--columns", 3, "--rows", 2, "--classes", "1,1", "--latents", "new"], 2, 3),
        (["swap", "--rows", 2], 2, 7),
        (["mix", "--rows", 2, "--columns", 3], 3, 4),
    ],
)
def test_a_grid_has_its_size_and_provenance(model, tmp_path, verb, rows, columns):
    name, *options = verb
    for out in ("a.png", "b.png"):
        assert call(name, model, "--out", tmp_path / out, *options).exit_code == 0
    info = json.loads(Image.open(tmp_path / "a.png").text["info"])
    assert (info["rows"], info["columns"]) == (rows, columns)
    assert load_grid(tmp_path / "a.png").shape == (rows * SIDE, columns * SIDE, 3)
    assert info["parents"][0]["path"] == model.as_posix()
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_rows_are_the_latents_of_the_sample_grid(model, union, tmp_path):
    call("interpolate", model, "--out", tmp_path / "g.png", "--columns", 2, "--rows", 2, "--classes", "2,0")
    G = union.generator()
    first = draw_images(G, map_class(G, latents(2, G.z_dim, 0, "grid"), 2), 0)
    pixels = torch.from_numpy(load_grid(tmp_path / "g.png").copy())
    assert torch.equal(pixels[:, :SIDE].unflatten(0, (2, SIDE)).permute(0, 3, 1, 2), first)


def test_a_direction_is_found_and_applied_everywhere(model, tmp_path):
    direction, grid, metrics = tmp_path / "d.safetensors", tmp_path / "t.png", tmp_path / "t.json"
    found = call("direction", model, "--out", direction, "--attribute", "brightness", "--class", 1, "--n-images", 300)
    assert found.exit_code == 0
    options = ["--metrics", metrics, "--domains", "a,b,c", "--columns", 3, "--rows", 2, "--n-images", 20]
    assert call("traverse", model, direction, "--out", grid, *options).exit_code == 0
    assert load_grid(grid).shape == (3 * 2 * SIDE, 3 * SIDE, 3)
    rows = json.loads(metrics.read_text())["rows"]
    assert [row["domain"] for row in rows] == ["a", "b", "c"]
    assert {row["found_in"] for row in rows} == {"b"}
    own = rows[1]
    assert own["change"] > own["control"]
    assert own["agreement"] > 0.9


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["swap", "M", "--classes", "0,3"], "3 classes, counted from 0"),
        (["swap", "M", "--classes", "0"], "expected 2 of"),
        (["interpolate", "M", "--classes", "x"], "found 'x'"),
        (["interpolate", "U"], "at least 2 of the model's 1 classes"),
        (["mix", "M", "--layers", 7], "--layers: expected 0 to 6"),
        (["direction", "M", "--attribute", "pose", "--class", 3], "--class: expected 0 to 2"),
        (["traverse", "M", "M"], "expected a direction"),
    ],
)
def test_mistakes_are_explained(model, tiny, tmp_path, arguments, message):
    save(tiny, tmp_path / "tiny.safetensors")
    paths = {"M": model, "U": tmp_path / "tiny.safetensors"}
    with pytest.raises(CocktailError, match=message):
        call(*(paths.get(a, a) for a in arguments), "--out", tmp_path / "x.png")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--columns", 4], "--columns: expected an odd number"),
        (["--domains", "a,b"], "--domains: expected 3 names"),
    ],
)
def test_a_traverse_that_does_not_fit_is_explained(model, tmp_path, options, message):
    direction = tmp_path / "d.safetensors"
    call("direction", model, "--out", direction, "--attribute", "colour", "--class", 0, "--n-images", 60)
    with pytest.raises(CocktailError, match=message):
        call("traverse", model, direction, "--out", tmp_path / "x.png", *options)


def test_a_direction_of_another_w_is_refused(model, tmp_path):
    other = tmp_path / "wide.safetensors"
    save(Model.random(TINY.model_copy(update={"c_dim": 2, "w_dim": 24}), 0), other)
    call("direction", other, "--out", tmp_path / "d", "--attribute", "brightness", "--class", 1, "--n-images", 60)
    with pytest.raises(CocktailError, match="16 dimensions, the direction 24"):
        call("traverse", model, tmp_path / "d", "--out", tmp_path / "x.png")
