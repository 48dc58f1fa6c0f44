"""Sources that share an ancestor: what is offered, and that it works."""

import json
import shlex
from dataclasses import replace

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli import build
from gan_cocktail.inspecting.compare import distances
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.kin import families, whole_family
from gan_cocktail.jobs import jobs
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.plan.experiment import Plan
from tests.conftest import TINY

CLASSES = TINY.model_copy(update={"c_dim": 2})


def trained_on(model, seed, much=0.1):
    """A model whose weights have moved a little from another's."""
    rng = torch.Generator().manual_seed(seed)

    def moved(value):
        return value + much * torch.randn(value.shape, generator=rng) * value.std(correction=0)

    states = {part: {k: moved(v) for k, v in getattr(model, part).items()} for part in "GD"}
    return replace(model, **states)


def family_of(folder, network=TINY):
    """Files of an ancestor's children a and b, and of a stranger."""
    ancestor = Model.random(network, 0)
    models = {"a": trained_on(ancestor, 1), "b": trained_on(ancestor, 2), "stranger": Model.random(network, 1)}
    for name, model in models.items():
        save(model, folder / f"{name}.safetensors")
    return [folder / f"{name}.safetensors" for name in models]


def found_in(paths):
    files = read_files(paths)
    return families(files, distances(files))


def call(*arguments):
    return CliRunner().invoke(build([arguments[0], "new"]), [*map(str, arguments)], catch_exceptions=False).stdout


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder that passes for the project's."""
    (tmp_path / "Snakefile").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_children_are_one_family_without_the_stranger(tmp_path):
    (family,) = found_in(family_of(tmp_path))
    assert family.names == ("a", "b")
    assert 0 < family.farthest < 0.1


def test_kinship_is_handed_on(tmp_path):
    """A chain whose ends have little in common is one family; a second one is another."""
    chain = [Model.random(TINY, 0)]
    for seed in (1, 2):
        chain.append(trained_on(chain[-1], seed, much=0.8))
    models = [*chain, Model.random(TINY, 9), trained_on(Model.random(TINY, 9), 3)]
    paths = [tmp_path / f"m{k}.safetensors" for k in range(len(models))]
    for path, model in zip(paths, models, strict=True):
        save(model, path)
    assert {family.names for family in found_in(paths)} == {("m0", "m1", "m2"), ("m3", "m4")}


def test_other_classes_are_not_to_be_averaged(tmp_path):
    one, other, _ = family_of(tmp_path, CLASSES)
    for path, classes in ((one, ("cat", "dog")), (other, ("cat", "car"))):
        save(replace(load(path), classes=classes), path)
    assert found_in([one, other]) == []
    save(replace(load(other), classes=("cat", "dog")), other)
    assert len(found_in([one, other])) == 1


def test_inspect_prints_a_command_that_works(project):
    folder = project / "my files"
    folder.mkdir()
    out = call("inspect", *family_of(folder), "--seconds", 300)
    assert "a and b share an ancestor: no rooting is needed. Their average, at once:" in out
    (command,) = [line.strip() for line in out.splitlines() if "gan-cocktail merge" in line]
    call(*shlex.split(command)[1:])
    paths = project / "average.safetensors", folder / "a.safetensors", folder / "b.safetensors"
    merged, a, b = (load(path).G["synthesis.b4.const"] for path in paths)
    torch.testing.assert_close(merged, (a + b) / 2)


def test_inspect_tells_programs_too(tmp_path):
    found = json.loads(call("inspect", *family_of(tmp_path), "--json", "--seconds", 300))
    (family,) = found["no_rooting_needed"]
    assert family["names"] == ["a", "b"]
    assert found["distances"][0]["share_an_ancestor"]


def test_new_leaves_rooting_out_and_says_why(project):
    family_of(project)
    sources = ["--source=a=a.safetensors", "--source=b=b.safetensors"]
    out = call("new", "kin", *sources, "--kimg", 1, "--seconds", 300)
    assert "a and b share an ancestor: no rooting is needed." in out
    assert "gan-cocktail merge a.safetensors b.safetensors --out average.safetensors" in out
    text = (project / "experiments/kin.yaml").read_text()
    assert "# these sources share an ancestor: their weights are 0.0" in text
    assert "nothing is rooted by these methods" in text
    params = parse_section(Params, read_yaml(text, "kin"), "kin")
    assert params.methods[:2] == ["average_unrooted_tuned", "average_unrooted"]
    rules = {job.rule for job in jobs(Plan(params))}
    assert "merge_unrooted" in rules
    assert not rules & {"root", "merge", "distances"}


def test_new_roots_where_one_is_a_stranger(project):
    family_of(project)
    sources = [f"--source={name}={name}.safetensors" for name in ("a", "b", "stranger")]
    out = call("new", "all", *sources, "--kimg", 1, "--seconds", 300)
    assert "share an ancestor" not in out
    params = parse_section(Params, read_yaml((project / "experiments/all.yaml").read_text(), "all"), "all")
    assert params.methods[0] == "ours"


def test_only_sources_of_one_domain_are_a_whole_family(tmp_path):
    assert whole_family(read_files(family_of(tmp_path)[:2]))
    assert not whole_family(read_files(family_of(tmp_path)))
    assert not whole_family(read_files(family_of(tmp_path, CLASSES)[:2]))
