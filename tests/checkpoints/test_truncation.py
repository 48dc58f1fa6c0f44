"""Truncation moves each class to its own mean, wherever a model comes from."""

import pytest
import torch
from typer.testing import CliRunner

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.checkpoints.snapshots import load_snapshots, save_snapshots
from gan_cocktail.checkpoints.truncation import LATENTS, W_AVG, class_means
from gan_cocktail.cli import build
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.tensors import save_tensors
from gan_cocktail.training.run import run, snapshot_path
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import TrainingJob
from tests.conftest import ROOT, TINY
from tests.networks.test_networks import lively

CPU = torch.device("cpu")
THREE = TINY.model_copy(update={"c_dim": 3})


def drawn(model, label, psi, n=3):
    G, z = model.generator(), torch.randn(n, model.network.z_dim)
    return G(z, torch.eye(model.network.c_dim)[[label] * n], "none", psi=psi)


def mean_w(model, label, n=20_000):
    G = model.generator()
    z = torch.randn(n, model.network.z_dim, generator=torch.Generator().manual_seed(3))
    w = G.mapping(z, torch.eye(model.network.c_dim)[label].expand(n, -1))
    return w.mean(0), w.std(0)


def check(model):
    """Rows are means of their classes, within what chance allows, and psi 0 draws them."""
    means = model.G[W_AVG]
    assert means.shape == (model.network.c_dim, model.network.w_dim)
    for k, found in enumerate(means):
        wanted, spread = mean_w(model, k)
        assert ((found - wanted).abs() < 6 * spread / LATENTS**0.5 + 1e-5).all()
        image = model.generator().synthesis(found[None], "none")
        torch.testing.assert_close(drawn(model, k, 0), image.expand(3, -1, -1, -1), rtol=1e-4, atol=1e-4)


def test_where_w_is_a_function_of_the_class_alone_its_mean_is_that_w():
    model = lively(THREE, 0)
    model.G["mapping.fc0.weight"][:, : THREE.z_dim] = 0
    model.G[W_AVG] = class_means(THREE, model.G)
    w = model.generator().mapping(torch.randn(3, 16), torch.eye(3))
    torch.testing.assert_close(model.G[W_AVG], w)
    for psi in (0, 0.4, 1):
        torch.testing.assert_close(drawn(model, 1, psi), drawn(model, 1, 1), rtol=1e-4, atol=1e-4)


def test_a_step_towards_the_mean_is_as_long_as_psi_says():
    model = Model(THREE, lively(THREE, 0).G)
    model.G[W_AVG] = torch.arange(3.0)[:, None].expand(3, 16)
    w, c = torch.full((2, 16), 10.0), torch.eye(3)[[0, 2]]
    ws = model.generator().truncate(w, c, 0.25, cutoff=2)
    assert ws[:, :2].unique(dim=-1).flatten().tolist() == [2.5, 2.5, 4.0, 4.0]
    assert (ws[:, 2:] == 10).all()


@pytest.fixture
def union(images, tmp_path):
    """A union trained for a few steps, with a snapshot."""
    datasets = [images, 255 - images, images.flip(0)]
    initial = widen(Model.random(TINY, 0), 3, 0, 0)
    settings = TrainingParams(batch_size=8, learning_rate=0.02, precision="fp32")
    job = TrainingJob(initial, FixedDatasets(datasets, CPU), [1 / 3] * 3, settings, 0)
    return run(job, 0.08, tmp_path / "training", "print", CPU, snapshots=[0.04])


def test_a_trained_union_has_the_means_of_its_own_classes(union, tmp_path):
    check(union)
    check(load(snapshot_path(tmp_path / "training", 0.04)))
    images = [drawn(union, k, 0)[0] for k in range(3)]
    assert all((images[k] - images[k - 1]).abs().mean() > 1e-3 for k in range(3))
    for k in range(3):  # however strongly truncated, w is nearest to the mean of its own class
        w, _ = mean_w(union, k, 64)
        ws = union.generator().truncate(w[None], torch.eye(3)[[k]], 0.3)[0, :1]
        assert torch.cdist(ws, union.G[W_AVG]).argmin() == k


def test_files_with_one_mean_get_one_a_class(union, tmp_path):
    old = dict(union.G) | {W_AVG: union.G[W_AVG].mean(0)}
    tensors = {f"G.{k}": v for k, v in old.items()} | {f"D.{k}": v for k, v in union.D.items()}
    save_tensors(tensors, {"network": union.network.model_dump(), "info": {}}, tmp_path / "old")
    save_snapshots({1.0: old}, union.network, tmp_path / "snapshots")
    for found in (load(tmp_path / "old"), load_snapshots(tmp_path / "snapshots")[1.0]):
        torch.testing.assert_close(found.G[W_AVG], union.G[W_AVG])


def test_widening_keeps_the_mean_of_the_own_class(tiny):
    tiny.G[W_AVG] = torch.randn(16)
    wide = widen(tiny, 3, 1, 0)
    assert torch.equal(wide.G[W_AVG][1], tiny.G[W_AVG])
    wide.G[W_AVG][1] = class_means(wide.network, wide.G)[1]
    check(wide)
    again = widen(wide, 2, 0, 0, label=2)
    assert torch.equal(again.G[W_AVG][0], wide.G[W_AVG][2])


def test_a_class_of_another_program_s_file_gets_its_own_mean():
    """Such a file has one for all, which the reader keeps."""
    model = load(ROOT / "tests/checkpoints/files/tf-ada-32-cond3.pkl")
    assert (model.G[W_AVG] == model.G[W_AVG][0]).all()
    own = class_means(model.network, model.G)
    one, several = widen(model, 2, 1, 0, 2), widen(model, 4, [3, 1], 0, [0, 2])
    for wide, position, label in ((one, 1, 2), (several, 3, 0), (several, 1, 2)):
        torch.testing.assert_close(wide.G[W_AVG][position], own[label], rtol=1e-4, atol=1e-4)
        assert not torch.allclose(wide.G[W_AVG][position], model.G[W_AVG][0], rtol=1e-2, atol=1e-2)


def test_an_average_has_the_means_of_what_it_draws(tmp_path):
    for k in range(2):
        save(widen(lively(TINY, k), 2, k, 0), tmp_path / str(k))
    arguments = ["merge", str(tmp_path / "0"), str(tmp_path / "1"), "--out", str(tmp_path / "mean")]
    CliRunner().invoke(build(["merge"]), arguments, catch_exceptions=False)
    check(load(tmp_path / "mean"))
