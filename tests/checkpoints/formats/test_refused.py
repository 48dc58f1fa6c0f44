"""Hostile and broken files: one clear sentence, nothing run, little memory, nothing written."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkpoints.formats.samples import HERE, MEMORY, SHARED, WITHOUT, refused
from tests.conftest import ROOT

CHILD = r"""
import json, re, sys
from pathlib import Path
import gan_cocktail
from gan_cocktail.errors import CocktailError
try:
    gan_cocktail.load(sys.argv[1])
    said = None
except CocktailError as e:
    said = str(e)
peak = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())  # ru_maxrss would count the parent's
print(json.dumps([said, int(peak[1]) * 1024]))
"""
SENTENCES = {
    "builtins-eval.pkl": r"refused, and nothing of it was run: it asks for builtins\.eval",
    "builtins-import.pkl": r"asks for builtins\.getattr",
    "code-object.pkl": r"asks for types\.FunctionType",
    "importlib.pkl": r"asks for operator\.methodcaller",
    "os-system.pkl": r"asks for posix\.system",
    "nested-extra-key.pkl": r"asks for posix\.system",
    "rosinality-extra-key.pt": r"asks for posix\.system",
    "storage-bytes.pkl": r"asks for posix\.system",
    "huge-storage.pkl": r"a storage of 1,000,000,000,000 elements has 12",
    "huge-storage.pt": r"says that it has 1,000,000,000,000 elements .* but 512 bytes are there",
    "truncated.pkl": r"a cut-off file: it ends at byte 109282",
    "empty.pkl": r"expected a model, found an empty file",
    "lfs-pointer.pt": r"found a Git LFS pointer",
    "web-page.pkl": r"found a web page",
    "other-object.pkl": r"not a StyleGAN2 checkpoint, but a pickled dict of epoch, state_dict",
    "missing-tensor.pkl": r"tensor G_ema\.synthesis\.b8\.conv0\.weight is missing; expected one of shape \(12, 12, ",
    "missing-tensor.pt": r"tensor g_ema\.convs\.1\.conv\.weight is missing",
    "nan-weight.pkl": r"tensor G_ema\.synthesis\.b8\.conv0\.weight holds values that are not a number",
    "wrong-shape.pkl": r"D\.b8\.conv0\.weight has the shape \(12, 5, 3, 3\); expected \(12, 12, ",
}


@pytest.fixture
def marker():
    """Where a file that is executed leaves its sign."""

    def of(path):
        return Path(f"/tmp/PWNED-{path.stem}")

    return of


@pytest.mark.parametrize("path", refused(), ids=lambda p: p.name)
def test_bad_files_are_refused_in_a_sentence(path, marker, tmp_path):
    marker(path).unlink(missing_ok=True)
    run = subprocess.run([sys.executable, "-c", CHILD, path], capture_output=True, text=True, cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    said, memory = json.loads(run.stdout)
    assert re.search(SENTENCES[path.name], said)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    assert memory < MEMORY
    assert not marker(path).exists()
    assert list(tmp_path.iterdir()) == []


def test_the_source_in_a_good_file_is_not_run(marker, tmp_path):
    path = HERE / "module-source.pkl"
    marker(path).unlink(missing_ok=True)
    run = subprocess.run([sys.executable, "-c", CHILD, path], capture_output=True, text=True, cwd=tmp_path)
    assert json.loads(run.stdout)[0] is None
    assert not marker(path).exists()


@pytest.mark.parametrize("name", ["os-system.pkl", "web-page.pkl", "huge-storage.pt"])
def test_the_command_line_ends_with_code_2(name, marker, tmp_path):
    marker(HERE / name).unlink(missing_ok=True)
    command = ["gan-cocktail", "synthesize", HERE / name, "--out", tmp_path / "x.zip", "--name", "x"]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 2
    assert re.fullmatch(rf"gan-cocktail: [^\n]*{SENTENCES[name]}[^\n]*\n", run.stderr)
    assert not marker(HERE / name).exists()
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_refuses_before_it_imports_pytorch():
    code = """
import sys
from gan_cocktail.cli import main
sys.argv = ["gan-cocktail", "widen", sys.argv[1], "--out", "x", "--classes", "2", "--position", "0"]
try:
    main()
finally:
    print("torch" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", code, HERE / "importlib.pkl"], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (2, "False\n")


@pytest.mark.skipif(not SHARED.exists(), reason=WITHOUT)
def test_stylegan3_is_refused_by_name_with_the_way_out(tmp_path):
    path = SHARED / "sg3repo-stylegan3-t-32.pkl"
    run = subprocess.run([sys.executable, "-c", CHILD, path], capture_output=True, text=True, cwd=tmp_path)
    said, _ = json.loads(run.stdout)
    assert "a StyleGAN3 generator" in said
    assert "draw images with its own program" in said


@pytest.mark.parametrize("seed", [0, 1])
def test_changed_files_load_or_are_refused(seed, tmp_path):
    command = [sys.executable, "-m", "tests.checkpoints.formats.mutations", tmp_path, str(seed), "200"]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=600)
    assert run.returncode == 0, run.stderr
    found, growth = json.loads(run.stdout)
    assert found.keys() == {"loaded", "refused"}
    assert min(found.values()) > 20
    assert growth < 100 * 2**20
