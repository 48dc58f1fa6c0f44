"""Verbs take checkpoints of other programs as they take our own."""

import subprocess
import zipfile

import pytest
import torch

import gan_cocktail
from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from tests.checkpoints.formats import writers
from tests.checkpoints.formats.samples import HERE, random_model


@pytest.fixture
def call(quick):
    """Calls the program, by the resident."""

    def call(*arguments):
        return subprocess.run(["gan-cocktail", *map(str, arguments)], capture_output=True, text=True, env=quick)

    return call


def test_drawing_and_widening(call, tmp_path):
    model = HERE / "module-source.pkl"
    run = call("synthesize", model, "--out", tmp_path / "x.zip", "--name", "x", "--settings", "n_images: 4")
    assert run.returncode == 0, run.stderr
    assert len([n for n in zipfile.ZipFile(tmp_path / "x.zip").namelist() if n.endswith(".png")]) == 4
    run = call("samples", model, "--out", tmp_path / "x.png", "--columns", 2)
    assert run.returncode == 0, run.stderr
    run = call("widen", model, "--out", tmp_path / "w.safetensors", "--classes", 2, "--position", 1)
    assert run.returncode == 0, run.stderr
    source, wide = load(model), load(tmp_path / "w.safetensors")
    assert wide.info["parents"][0]["sha256"] == source.info["sha256"]
    z, c = torch.randn(3, source.network.z_dim), torch.tensor([[0.0, 1.0]]).expand(3, -1)
    wanted = source.generator()(z, None, noise="const")
    torch.testing.assert_close(wide.generator()(z, c, noise="const"), wanted, rtol=1e-4, atol=1e-3)


def test_what_needs_a_discriminator_says_so(call, tmp_path):
    run = call("widen", HERE / "ada-ema-module-32.pkl", "--out", tmp_path / "w", "--classes", 2, "--position", 0)
    assert run.returncode == 2
    assert "ada-ema-module-32.pkl: it has no discriminator" in run.stderr
    assert run.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_what_is_rooted_in_another_may_lack_a_discriminator(call, tmp_path):
    model = HERE / "ada-ema-module-32.pkl"
    run = call("widen", model, "--out", tmp_path / "w", "--classes", 2, "--position", 1, "--leaf")
    assert run.returncode == 0, run.stderr
    assert "has no discriminator; rooting trains that of the root" in run.stdout
    source, wide = load(model), load(tmp_path / "w")
    z, c = torch.randn(3, source.network.z_dim), torch.tensor([[0.0, 1.0]]).expand(3, -1)
    wanted = source.generator()(z, None, noise="const")
    torch.testing.assert_close(wide.generator()(z, c, noise="const"), wanted, rtol=1e-4, atol=1e-3)
    assert not wide.D


def test_a_root_without_a_discriminator_is_told_at_once(tmp_path):
    (tmp_path / "b.pt").write_bytes(writers.rosinality(random_model()))
    check_inputs(plan(tmp_path / "b.pt", HERE / "ada-ema-module-32.pkl"))
    with pytest.raises(CocktailError, match=r"ada-ema-module-32\.pkl, the root, has no discriminator"):
        check_inputs(plan(HERE / "ada-ema-module-32.pkl", tmp_path / "b.pt"))


def plan(*paths):
    names = [f"s{i}" for i in range(len(paths))]
    sources = {name: {"model": str(path)} for name, path in zip(names, paths, strict=True)}
    return Plan(Params(sources=sources, mixtures={"m": {"sources": names}}, methods=["ours"]))


def test_sources_of_an_experiment_may_be_foreign(tmp_path):
    (tmp_path / "a.pkl").write_bytes(writers.ada(random_model()))
    (tmp_path / "b.pt").write_bytes(writers.rosinality(random_model(w_dim=12)))
    check_inputs(plan(tmp_path / "a.pkl", tmp_path / "b.pt"))
    (tmp_path / "grey.pkl").write_bytes(writers.ada(random_model(img_channels=1)))
    with pytest.raises(CocktailError, match="draws 3 channels and s1 1"):
        check_inputs(plan(tmp_path / "a.pkl", tmp_path / "grey.pkl"))
    with pytest.raises(CocktailError, match="has 3 classes"):
        check_inputs(plan(tmp_path / "a.pkl", HERE / "tf-ada-32-cond3.pkl"))
    with pytest.raises(CocktailError, match=r"asks for posix\.system"):
        check_inputs(plan(tmp_path / "a.pkl", HERE / "os-system.pkl"))


def test_settings_are_told_without_pytorch(tmp_path):
    code = "import sys; from pathlib import Path; from gan_cocktail.checkpoints.formats.table import describe; "
    code += f"print(describe(Path({str(HERE / 'module-source.pkl')!r})).z_dim, 'torch' in sys.modules)"
    run = subprocess.run(["python", "-c", code], capture_output=True, text=True)
    assert run.stdout.split() == ["16", "False"], run.stderr


def test_the_package_reads_without_importing_pytorch_at_once():
    run = subprocess.run(
        ["python", "-c", "import sys, gan_cocktail; print('torch' in sys.modules, gan_cocktail.load)"],
        capture_output=True,
        text=True,
    )
    assert run.stdout.startswith("False <function load")
    assert isinstance(gan_cocktail.load(str(HERE / "module-source.pkl")), Model)
