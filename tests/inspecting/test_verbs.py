"""`inspect` and `new` as a person meets them."""

import json
import shlex
import subprocess

import pytest
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.yaml_text import read_yaml
from tests.conftest import ROOT, TINY
from tests.inspecting.conftest import FILES

PAIR = [FILES / "module-source.pkl", FILES / "rosinality-convert-full-32.pt"]
SOURCES = [f"--source=small={PAIR[0]}", f"--source=large={PAIR[1]}"]


def call(verb, *arguments):
    return CliRunner().invoke(build(["inspect", "new"]), [verb, *map(str, arguments)], catch_exceptions=False)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder that passes for the project's."""
    (tmp_path / "Snakefile").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_inspect_says_it_all_as_json():
    found = json.loads(call("inspect", *PAIR, "--json", "--kimg", 10, "--seconds", 300).stdout)
    assert list(found["files"]) == ["module-source", "rosinality-convert-full-32"]
    assert found["settings_that_differ"]["img_resolution"] == [16, 32]
    (merge,) = found["merges"]
    assert found["root"]["name"] in merge["roots"]
    assert found["cost"]["kimg"] == 20
    assert found["cost"]["hours"] > 0
    assert found["speed"]["step"] > 0


def test_inspect_prints_plain_columns_elsewhere_than_on_a_terminal():
    out = call("inspect", *PAIR, "--seconds", 300).stdout
    assert "\x1b" not in out
    lines = out.splitlines()
    assert lines[0].split() == ["module-source", "rosinality-convert-full-32"]
    assert any(line.split() == ["images", "16x16,", "RGB", "32x32,", "RGB"] for line in lines)
    assert "Better root: " in out
    assert "Merging (ours), with 1000 kimg a stage:" in out


def test_inspect_estimates_a_single_file_with_another_like_it():
    found = json.loads(call("inspect", PAIR[0], "--json", "--kimg", 5, "--seconds", 300).stdout)
    assert found["merges"] == []
    assert found["cost"]["kimg"] == 10


def test_inspect_counts_a_discriminator_that_a_root_needs_first():
    found = json.loads(call("inspect", FILES / "ada-ema-module-32.pkl", "--json", "--kimg", 5, "--seconds", 300).stdout)
    assert found["cost"]["kimg"] == 15
    out = call("inspect", PAIR[0], FILES / "ada-ema-module-32.pkl", "--seconds", 300).stdout
    assert "yes, root: module-source, or ada-ema-module-32 with a new discriminator" in out


def test_inspect_says_why_it_estimates_nothing(tmp_path):
    save(Model.random(TINY.model_copy(update={"img_channels": 1}), 0), tmp_path / "grey.safetensors")
    found = json.loads(call("inspect", PAIR[0], tmp_path / "grey.safetensors", "--json").stdout)
    assert found["cost"] is None
    assert "these files cannot be merged" in found["unmeasured"]


def test_inspect_of_files_that_cannot_be_read_says_it_of_each(quick):
    run = subprocess.run(
        ["gan-cocktail", "inspect", PAIR[0], FILES / "os-system.pkl", FILES / "lfs-pointer.pt"],
        capture_output=True,
        text=True,
        env=quick,
    )
    assert run.returncode == 2
    assert run.stdout == ""
    told = run.stderr.splitlines()
    assert "os-system.pkl: refused, and nothing of it was run" in told[0]
    assert "lfs-pointer.pt: expected a model, found a Git LFS pointer" in told[1]
    assert len(told) == 2


def test_what_a_file_says_of_itself_cannot_steer_a_terminal(tmp_path):
    evil = {"kind": "\x1b[2Junion\n", "versions": "\x1b]0;x\x07", "parents": [{"path": "a\rb"}, "\x9b"]}
    save(Model(TINY, Model.random(TINY, 0).G, info=evil), tmp_path / "m.safetensors")
    out = call("inspect", tmp_path / "m.safetensors").stdout
    assert not set(out) & {"\x1b", "\x07", "\r", "\x9b"}
    assert "\\x1b[2Junion\\n" in out


def test_inspect_says_of_a_union_what_was_resampled(tmp_path):
    sentences = ["9 images of a.zip", "9 images of b.zip; 9 of 9 images reduced from 32x32 to 16x16"]
    save(Model(TINY, Model.random(TINY, 0).G, info={"kind": "union", "read": sentences}), tmp_path / "u.safetensors")
    out = call("inspect", tmp_path / "u.safetensors").stdout
    (line,) = [line for line in out.splitlines() if line.startswith("trained on")]
    assert line.endswith(". ".join(sentences))


def test_new_writes_an_experiment_that_fits(project):
    (project / "mine").mkdir()
    inside = project / "mine/small.pkl"
    inside.write_bytes(PAIR[0].read_bytes())
    run = call("new", "pair", f"--source=small={inside}", SOURCES[1], "--hours", 0.5, "--seconds", 300)
    assert run.stdout.splitlines()[-1] == "snakemake --cores all --configfile experiments/pair.yaml"
    written = (project / "experiments/pair.yaml").read_text()
    params = parse_section(Params, read_yaml(written, "pair"), "pair")
    assert {name: source.model for name, source in params.sources.items()} == {
        "small": "mine/small.pkl",
        "large": str(PAIR[1]),
    }
    assert params.mixtures["small-large"].root_name == "large"
    assert params.training.r1_gamma == 0.0064
    assert params.rooting.kimg == params.merging.kimg
    assert "snakemake --cores all --configfile experiments/pair.yaml" in written


def test_new_says_that_even_the_least_budget_takes_longer_than_asked_for(project):
    told = call("new", "pair", *SOURCES, "--hours", 0.001, "--seconds", 300).stdout
    assert "That is more than --hours 0.001: stages have the least budget, 0.1 kimg, and" in told
    assert "images whatever it is; shorten these in experiments/pair.yaml." in told


def test_new_takes_the_statistics_that_lie_beside_a_checkpoint(project):
    shipped = ROOT / "resources/sources"
    sources = [f"--source={name}={shipped / name / 'model.safetensors'}" for name in ("cat", "face")]
    call("new", "pets", *sources, "--kimg=1", "--seconds=300")
    params = parse_section(Params, read_yaml((project / "experiments/pets.yaml").read_text(), "pets"), "pets")
    assert params.sources["cat"].reference == str(shipped / "cat/reference.safetensors")


def test_new_takes_one_class_of_a_file_and_the_root_that_is_asked_for(project):
    """Also of one file two classes, which are two sources."""
    three = FILES / "tf-ada-32-cond3.pkl"
    sources = [f"--source=a={three}", f"--source=b={three}", SOURCES[0]]
    classes = ["--class=a=0", "--class=b=2"]
    call("new", "three", *sources, *classes, "--root=small", "--kimg=1", "--seconds=300")
    params = parse_section(Params, read_yaml((project / "experiments/three.yaml").read_text(), "three"), "three")
    assert [source.class_ for source in params.sources.values()] == ["0", "2", None]
    assert params.mixtures["a-b-small"].root_name == "small"


def test_new_takes_a_file_of_classes_whole(project):
    call("new", "all", f"--source=three={FILES / 'tf-ada-32-cond3.pkl'}", SOURCES[0], "--kimg=1", "--seconds=300")
    params = parse_section(Params, read_yaml((project / "experiments/all.yaml").read_text(), "all"), "all")
    assert params.mixtures["three-small"].roots == ["three_0", "three_1", "three_2"]


def test_new_has_a_discriminator_trained_for_a_root_that_has_none_and_says_so(project):
    bare = f"--source=bare={FILES / 'ada-ema-module-32.pkl'}"
    told = call("new", "pair", SOURCES[0], bare, "--root=bare", "--kimg=2", "--seconds=300").stdout
    assert "bare has no discriminator: a new one is trained first, for 2 kimg." in told
    assert "of 10 kimg of training" in told  # the discriminator, rooting and merging 2 each, transfergan 4
    params = read_yaml((project / "experiments/pair.yaml").read_text(), "pair")
    assert params["sources"]["bare"]["discriminator_kimg"] == 2
    assert "discriminator_kimg" not in params["sources"]["small"]


def test_new_takes_a_budget_instead_of_hours(project):
    call("new", "pair", *SOURCES, "--kimg", 3, "--seconds", 300)
    params = read_yaml((project / "experiments/pair.yaml").read_text(), "pair")
    assert params["rooting"] == params["merging"] == {"kimg": 3}
    assert params["synthesis"]["n_images"] == 1500


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["pair", SOURCES[0]], "--source: expected two or more"),
        (["pair", SOURCES[0], SOURCES[0]], "--source: small stands twice"),
        (["pair", *SOURCES, "--source=x"], "--source: expected 'NAME=PATH'"),
        (["pair", *SOURCES, f"--source=a b={PAIR[0]}"], "--source: expected 'NAME=PATH'"),
        (["pair", *SOURCES, "--source=x=a{b}.pkl"], "--source: expected a path without braces"),
        (["a/b", *SOURCES], "NAME: names are of letters"),
        (["taken", *SOURCES], "experiments/taken.yaml is there already"),
        (["tables", *SOURCES], "results/tables is there already"),
        (["Unions", *SOURCES], "results/Unions/ has results of params.yaml's experiment"),
        (["pair", *SOURCES, "--root=smal"], "--root: 'smal' is none of the checkpoints, did you mean 'small'?"),
        (["pair", SOURCES[0], f"--source=c={FILES / 'tf-ada-32-cond3.pkl'}", "--class=c=3"], "expected 0 to 2"),
        (["pair", *SOURCES, "--class=x=0"], "--class: expected 'NAME=CLASS', NAME of small, large, found 'x=0'"),
        (["pair", SOURCES[0], f"--source=evil={FILES / 'os-system.pkl'}"], "refused, and nothing of it was run"),
        (["pair", SOURCES[0], "--source=none=none.pkl"], "none.pkl: no such file"),
        (["pair", f"--source=mean={PAIR[0]}", SOURCES[1]], "sources.mean: tables use this name for a column"),
        (["pair", f"--source=A={PAIR[0]}", f"--source=a={PAIR[1]}"], "differ by case alone"),
    ],
)
def test_new_refuses_what_cannot_be_and_writes_nothing(project, arguments, message):
    (project / "experiments").mkdir()
    (project / "experiments/taken.yaml").write_text("mine")
    (project / "results/tables").mkdir(parents=True)
    with pytest.raises(CocktailError) as caught:
        call("new", *arguments)
    assert message in str(caught.value)
    assert [path.read_text() for path in (project / "experiments").iterdir()] == ["mine"]


def test_new_refuses_grey_with_rgb(project):
    save(Model.random(TINY.model_copy(update={"img_channels": 1}), 0), project / "grey.safetensors")
    with pytest.raises(CocktailError, match=r"cannot be merged: .*channels"):
        call("new", "pair", SOURCES[0], "--source=grey=grey.safetensors")


def test_new_belongs_into_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CocktailError, match="expected the project's folder"):
        call("new", "pair", *SOURCES)


@pytest.mark.slow
def test_what_new_writes_is_an_experiment_to_snakemake(quick, tmp_path):
    """In a checkout of the project; with what is printed, but dry."""
    for name in ("Snakefile", "workflow", "profiles", "resources"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "params.yaml").write_text((ROOT / "params.yaml").read_text())
    command = ["gan-cocktail", "new", "pair", *SOURCES, "--hours", "0.1", "--seconds", "300"]
    options = {"cwd": tmp_path, "env": quick, "capture_output": True, "text": True}
    told = subprocess.run(command, check=True, **options).stdout.splitlines()
    run = subprocess.run([*shlex.split(told[-1]), "--dry-run"], **options)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "results/pair/unions/small-large/ours/seed0.safetensors" in run.stdout + run.stderr
