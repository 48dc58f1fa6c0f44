"""gan-cocktail provenance: the tree of parents, and whether they are still what they were."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gan_cocktail.ancestry import GONE, OTHER, SAME, UNCHECKED, ancestry, read_info, sources
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.exporting.card import card
from gan_cocktail.files import sha256
from gan_cocktail.provenance import describe
from tests.conftest import ROOT, TINY


def call(verb, *arguments):
    done = CliRunner().invoke(build([verb]), [verb, *map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Two sources, widened, their mean, its grid, and a dataset drawn from one of them: in the current folder."""
    monkeypatch.chdir(tmp_path)
    for k, name in enumerate("ab"):
        model = Model.random(TINY, k)
        model.info = describe("source", name=name, seed=0)
        save(model, Path(f"{name}.safetensors"))
        call(
            "widen", f"{name}.safetensors", "--out", f"wide_{name}.safetensors", "--classes", "a,b", "--position", name
        )
    call("merge", "wide_a.safetensors", "wide_b.safetensors", "--out", "mean.safetensors")
    call("samples", "mean.safetensors", "--out", "grid.png")
    call("synthesize", "a.safetensors", "--name", "a", "--out", "a.zip", "--settings", "n_images: 4")


def states(path):
    return {each.path: each.state for each in ancestry(Path(path), True).walk()}


def test_the_tree_goes_down_to_the_sources(made):
    found = ancestry(Path("grid.png"), False)
    assert [each.path for each in found.walk()] == [
        "grid.png", "mean.safetensors", "wide_a.safetensors", "a.safetensors", "wide_b.safetensors", "b.safetensors",
    ]  # fmt: skip
    assert {each.state for each in found.walk()} == {UNCHECKED}
    assert set(states("grid.png").values()) == {SAME}
    assert list(states("a.zip")) == ["a.zip", "a.safetensors"]


def test_what_is_another_file_by_now_is_found_and_its_own_parents_are_not_told(made):
    save(Model.random(TINY, 7), Path("a.safetensors"))
    assert states("grid.png")["a.safetensors"] == OTHER
    call("widen", "b.safetensors", "--out", "wide_b.safetensors", "--classes", "x,b", "--position", "b")
    found = states("grid.png")
    assert found["wide_b.safetensors"] == OTHER
    assert "b.safetensors" not in found
    with pytest.raises(CocktailError, match=r"found others in their place: a\.safetensors, wide_b\.safetensors; make"):
        call("provenance", "grid.png", "--verify")
    call("provenance", "grid.png")  # nothing is claimed


def test_a_file_in_the_place_of_its_own_parent_is_not_its_parent(made):
    """Merged over one of its inputs; and two that were made of each other, which recorded no SHA-256."""
    before = sha256(Path("wide_a.safetensors"))
    call("merge", "wide_a.safetensors", "wide_b.safetensors", "--out", "wide_a.safetensors")
    for verify in (False, True):
        own, other = ancestry(Path("wide_a.safetensors"), verify).parents
        assert (own.path, own.sha256, own.state, own.parents) == ("wide_a.safetensors", before, OTHER, ())
        assert [each.path for each in other.walk()] == ["wide_b.safetensors", "b.safetensors"]
    assert "another file by now" in call("provenance", "wide_a.safetensors").stdout
    for name, parent in ("xy", "yx"):
        Path(f"{name}.json").write_text(json.dumps({"info": {"kind": "x", "parents": [{"path": f"{parent}.json"}]}}))
    assert [each.state for each in ancestry(Path("x.json"), True).walk()] == [SAME, UNCHECKED, OTHER]
    assert [each.state for each in sources({"parents": [{"path": "x.json"}]})] == [OTHER]


def test_what_is_not_here_is_said(made):
    Path("b.safetensors").unlink()
    assert states("grid.png")["b.safetensors"] == GONE
    assert "not here, so not verified: b.safetensors" in call("provenance", "grid.png", "--verify").stderr


def test_seeds_settings_and_versions_are_told_and_nothing_twice(made):
    call("merge", "mean.safetensors", "mean.safetensors", "--out", "again.safetensors", "--weights", "1,3")
    text = call("provenance", "again.safetensors").stdout
    assert "source, name a, seed 0" in text
    assert "weights [1.0, 3.0]" in text
    assert "torch" in text
    assert text.count("wide_a.safetensors") == 1
    assert "mean.safetensors" in text.split("as above")[0].splitlines()[-1]
    told = json.loads(call("provenance", "again.safetensors", "--json").stdout)
    assert told["parents"][0] == told["parents"][1]
    assert told["info"]["settings"]["weights"] == [1.0, 3.0]


def test_a_model_card_names_the_sources_as_far_as_they_are_what_they_were(made):
    mean = load(Path("mean.safetensors"))
    text = card(mean, "grid.png")
    for name in "ab":
        assert f"- `{name}.safetensors`, SHA-256 `{sha256(Path(f'{name}.safetensors'))}`" in text
    assert [each.path for each in sources(mean.info)] == ["a.safetensors", "b.safetensors"]
    call("widen", "b.safetensors", "--out", "wide_b.safetensors", "--classes", "x,b", "--position", "b")
    assert [each.path for each in sources(mean.info)] == ["a.safetensors", "wide_b.safetensors"]


def test_a_file_that_says_nothing_is_refused(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.json").write_text("[1]")
    (tmp_path / "a.png").write_bytes(b"x")
    for name in ("a.txt", "a.json", "a.png"):
        with pytest.raises(CocktailError, match="expected a file that says what made it"):
            ancestry(tmp_path / name, True)
    with pytest.raises(CocktailError, match="no such file"):
        ancestry(tmp_path / "none.png", True)


@pytest.mark.parametrize(
    "info",
    [
        {"kind": "\x1b[31mred", "parents": "none"},
        {"kind": 3, "parents": [1, {"sha256": "x"}, {"path": "\x1b[2J", "sha256": 5}]},
        {"settings": [], "versions": None, "parents": None},
    ],
)
def test_what_a_file_says_steers_nothing(tmp_path, info):
    (tmp_path / "a.json").write_text(json.dumps({"info": info}))
    assert "\x1b" not in call("provenance", tmp_path / "a.json").stdout


def test_shipped_files_say_what_made_them():
    for name in ("model.safetensors", "reference.safetensors"):
        assert read_info(ROOT / "resources/sources/cat" / name)["kind"] in ("source", "reference")
