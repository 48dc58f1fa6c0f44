"""Steps that draw or read many images take no more memory than for a few."""

import json
import subprocess
import sys

import pytest

from gan_cocktail.checkpoints.model import Model, save
from tests.conftest import ROOT, TINY

pytestmark = [pytest.mark.slow, pytest.mark.long]
NETWORK = TINY.model_copy(update={"img_resolution": 64, "channel_base": 1024})
STATISTICS = ["stats", "--json", "--force", "-o", "held.json", "held"]


def peak(folder, *arguments):
    """The most bytes that a verb held at once in a process of its own, as allocated.

    What the system counts also has what the allocator keeps: from run to run that differs by a tenth.
    """
    (folder / "verb.py").write_text("from gan_cocktail.cli import main\nmain()\n")
    for command in (["run", "--quiet", "--force", "-o", "held", "verb.py", *arguments], STATISTICS):
        done = subprocess.run(
            [sys.executable, "-m", "memray", *map(str, command)],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return json.loads((folder / "held.json").read_text())["metadata"]["peak_memory"]


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    save(Model.random(NETWORK, 0), tmp_path / "m.st")
    return tmp_path


@pytest.mark.skipif(sys.platform != "linux", reason="bounds are of Linux's libraries")
def test_ten_times_as_many_images_take_the_same_memory(folder):
    found = {}
    for n in (200, 2000):
        sizes = {"n_images": n, "kid_subsets": 2, "kid_subset_size": 100, "ppl_paths": 0}
        found[n] = {
            verb: peak(folder, verb, *arguments)
            for verb, *arguments in (
                ("synthesize", "m.st", f"--out={n}.zip", "--name=m", "--settings", json.dumps({"n_images": n})),
                ("reference", f"{n}.zip", f"--out={n}.ref", "--model=m.st", "--origin=synthetic"),
                (
                    "evaluate",
                    f"{n}.ref",
                    "--model=m.st",
                    "--out=e.json",
                    "--domains=m",
                    "--settings",
                    json.dumps(sizes),
                ),
                ("direction", "m.st", "--out=d.st", "--attribute=brightness", f"--n-images={n}"),
            )
        }
    more = {"reference": 2000 * 3 * 64 * 64}  # so few images are held for the file of examples
    for verb, few in found[200].items():
        assert found[2000][verb] < 1.05 * few + more.get(verb, 0), found
