"""The wheel: it is complete, and its command line works with what `pip install gan-cocktail` brings, and no more."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from importlib.metadata import packages_distributions, requires

import pytest
from packaging.requirements import Requirement

from gan_cocktail.checkpoints.model import Model, save
from tests.conftest import ROOT, TINY

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PLAIN = """
import sys
from importlib.machinery import PathFinder
class Plain(PathFinder):
    @classmethod
    def find_spec(cls, name, *rest):
        return None if name.partition(".")[0] in {lacking} else super().find_spec(name, *rest)
sys.meta_path[sys.meta_path.index(PathFinder)] = Plain
from gan_cocktail.cli import main
sys.argv[0] = "gan-cocktail"
main()
"""


def named(requirement):
    return re.sub(r"[-_.]+", "-", requirement).lower()


def brought(wanted, extra="", found=None):
    """(name, extra) of the distributions that pip installs for these requirements of a distribution with an extra."""
    found = set() if found is None else found
    for one in map(Requirement, wanted):
        if not one.marker or one.marker.evaluate({"extra": extra}):
            for key in {(named(one.name), each) for each in ("", *one.extras)} - found:
                found.add(key)
                brought(requires(one.name) or (), key[1], found)
    return found


@cache
def lacking():
    """The modules of this environment that a plain installation does not bring."""
    plain = {name for name, _ in brought(PROJECT["dependencies"])} | {"gan-cocktail", "pip", "setuptools"}
    return {
        module for module, owners in packages_distributions().items() if not {named(each) for each in owners} & plain
    }


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the wheel's content, and two models beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in ("src", "pyproject.toml", "README.md", "LICENSE"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", folder / "out", folder]
    run = subprocess.run(command, capture_output=True, text=True)
    if "No matching distribution found for setuptools" in run.stderr:
        pytest.skip("pip cannot fetch setuptools, which builds wheels")
    assert run.returncode == 0, run.stderr
    (wheel,) = (folder / "out").glob("*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "site")
    for seed, name in enumerate("ab"):
        save(Model.random(TINY, seed), folder / f"{name}.safetensors")
    return folder


def call(folder, *arguments):
    """The command line of the wheel, where nothing is installed that it does not ask for."""
    command = [sys.executable, "-c", PLAIN.format(lacking=lacking()), *map(str, arguments)]
    environment = {"PYTHONPATH": str(folder / "site"), "OMP_NUM_THREADS": "1", "GAN_COCKTAIL_DEVICE": "cpu"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def test_what_a_plain_installation_lacks_is_what_the_extras_bring():
    assert {"snakemake", "dvc", "nicegui", "pytest"} <= lacking()
    assert not {"torch", "numpy", "typer", "yaml", "psutil", "huggingface_hub"} & lacking()


def test_the_wheel_has_every_file_of_the_package(installed):
    package = ROOT / "src/gan_cocktail"
    ours = {path.relative_to(package) for path in package.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    there = installed / "site/gan_cocktail"
    assert ours == {path.relative_to(there) for path in there.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {".css", ".j2"} <= {path.suffix for path in ours}
    assert [path for path in ours if path.match("methods/recipes/ours.py")]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("inspect", "a.safetensors", "--json", "--seconds", "1"),
        ("merge", "a.safetensors", "b.safetensors", "--out", "mean.safetensors"),
        ("generate", "a.safetensors", "--out", "film.mp4", "--seeds", "0,1"),
        pytest.param(("export", "a.safetensors", "--to", "hub", "--out", "hub"), marks=pytest.mark.long),
        pytest.param(("provenance", "a.safetensors"), marks=pytest.mark.long),
    ],
    ids=lambda arguments: " ".join(arguments[:1]),
)
def test_a_verb_works_without_the_workflow(installed, arguments):
    run = call(installed, *arguments)
    assert run.returncode == 0, run.stderr
    if "--out" in arguments:
        assert (installed / arguments[arguments.index("--out") + 1]).exists()
    else:
        assert "merge" in run.stdout or "a.safetensors" in run.stdout


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (("explore", "a.safetensors"), "explore"),
        (("export", "a.safetensors", "--to", "onnx", "--out", "a.onnx"), "export"),
    ],
)
def test_what_an_extra_brings_is_asked_for_in_a_sentence(installed, arguments, extra):
    run = call(installed, *arguments)
    assert run.returncode == 2
    assert f"pip install 'gan-cocktail[{extra}]'" in run.stderr
    assert extra in PROJECT["optional-dependencies"]


@pytest.mark.long
def test_new_says_what_its_experiment_needs_to_run(installed):
    shutil.copy(ROOT / "Snakefile", installed)
    sources = [f"--source={name}={name}.safetensors" for name in "ab"]
    run = call(installed, "new", "pair", *sources, "--kimg", 1, "--seconds", 300)
    assert run.returncode == 0, run.stderr
    *_, sentence, _, command = run.stdout.splitlines()
    assert "pip install 'gan-cocktail[workflow]'" in sentence
    assert command == "snakemake --cores all --configfile experiments/pair.yaml"
