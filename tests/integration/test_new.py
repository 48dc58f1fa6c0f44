"""From a person's files to a union GAN in two commands, as they are printed; only budgets are edited, to toy ones."""

import random
import shlex
import shutil
import subprocess

import pandas as pd
import pytest
import torch
from PIL import Image

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.data.images import to_uint8
from gan_cocktail.params.network import NetworkParams
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
CHECKPOINTS = ROOT / "tests/integration/files"
SMALL = NetworkParams(img_resolution=32, z_dim=16, w_dim=16, c_dim=2, channel_base=256, channel_max=16)
TOY = """
evaluation: {n_images: 16, kid_subsets: 2, kid_subset_size: 8, ppl_paths: 2}
applications: null
figures: {columns: 2, dpi: 72}
"""


def two_commands(project, *sources):
    """The union GAN of `gan-cocktail new mine` and of the command that it prints."""
    (project.folder / "params.yaml").unlink()  # the experiment's file is enough
    new = ["gan-cocktail", "new", "mine", *sources, "--kimg", "0.1", "--seconds", "300"]
    told = subprocess.run(new, cwd=project.folder, capture_output=True, text=True, env=project.quick)
    assert told.returncode == 0, told.stderr
    path = project.folder / "experiments/mine.yaml"
    written, _, _ = path.read_text().partition("\nevaluation:")
    for key, value in {"methods": "[ours]", "  n_images": 16, "  batch_size": 4, "  kimg": 0.008}.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in written.splitlines()]
        written = "\n".join(lines)
    path.write_text(f"{written}\n  points: 1\n{TOY}")
    command = shlex.split(told.stdout.splitlines()[-1].replace("all", "1"))
    run = subprocess.run(command, cwd=project.folder, capture_output=True, text=True, env=project.quick)
    assert run.returncode == 0, run.stdout + run.stderr
    (made,) = (project.folder / "results/mine/unions").rglob("seed0.safetensors")
    return load(made)


def drawn(union):
    """An image of each class, of one latent."""
    G, rng = union.generator(), torch.Generator().manual_seed(0)
    z, c = torch.randn(1, G.z_dim, generator=rng).expand(G.c_dim, -1), torch.eye(G.c_dim)
    return to_uint8(G(z, c, noise="const")).float()


def check_results(project, mixture, names):
    """Tables, grids, figures and the page, of these domains."""
    results = project.folder / "results/mine"
    for table in ("main", "metrics"):
        assert set(pd.read_csv(results / f"tables/{table}.csv")["domain"]) - {"mean", "union"} == set(names)
    for picture in (f"samples/{mixture}/ours.png", f"figures/methods_{mixture}.png", "figures/distances.png"):
        with Image.open(results / picture) as image:
            image.load()
            assert len(image.convert("L").getcolors(10_000)) > 10
    page = (results / "report.html").read_text()
    assert page.count("<img") == 2
    assert all(name in page for name in (mixture, *names))
    return page


@pytest.mark.long
def test_two_files_of_different_programs_and_widths(project):
    """One class of a pickle with D, and a file without D; in a folder whose name has a space."""
    for name in ("ada-auto-64-cond3.pkl", "rosinality-convert-64.pt"):
        shutil.copy(CHECKPOINTS / name, project.folder)
    sources = ("flower=ada-auto-64-cond3.pkl", "star=rosinality-convert-64.pt")
    union = two_commands(project, *(f"--source={s}" for s in sources), "--class=flower=0")
    assert union.class_names == ["flower", "star"]
    assert union.network.channel_base == 768  # the root's
    flower, star = drawn(union)
    assert flower.shape == (3, 64, 64)
    assert (flower - star).abs().mean() > 1
    page = check_results(project, "flower-star", ["flower", "star"])
    assert "flower-star: 16 images of flower.zip. 16 images of star.zip." in page


@pytest.mark.long
def test_images_are_added_to_a_union(project):
    """A union whole, and a folder of larger images that something drew."""
    both = Model.random(SMALL, 0)
    both.classes, both.info = ("cat", "face"), {"kind": "union"}
    save(both, project.folder / "both.safetensors")
    (project.folder / "drawn").mkdir()
    rng = random.Random(0)
    for k in range(16):
        Image.frombytes("RGB", (6, 6), rng.randbytes(108)).resize((48, 48)).save(project.folder / f"drawn/{k}.png")
    union = two_commands(project, "--source=both=both.safetensors", "--source=mush=drawn")
    assert union.class_names == ["cat", "face", "mush"]
    cat, face, mush = drawn(union)
    assert min((a - b).abs().mean() for a, b in ((cat, face), (cat, mush), (face, mush))) > 0.5
    sentence = "16 images of drawn; 16 of 16 images reduced from 48x48 to 32x32"
    assert f"16 images of cat.zip. 16 images of face.zip. {sentence}." in check_results(
        project, "both-mush", ["cat", "face", "mush"]
    )
    assert union.info["read"][2] == sentence
    assert sentence in (project.folder / "results/mine/logs/root/both-mush/mush/seed0.log").read_text()
