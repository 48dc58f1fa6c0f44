"""Faults of the machine that no patch stands in for: one sentence, no part of a file, what was finished stays."""

import os
import resource
import shutil
import subprocess
import sys

import pytest

from gan_cocktail.checkpoints.model import Model, save
from tests.conftest import TINY
from tests.reliability.conftest import COUNTED

KIMG = 0.064
PROGRAM = (sys.executable, "-c", "from gan_cocktail.cli import main; main()")


def call(*arguments, folder, limit=(), before=(), environment=()):
    """A verb in a process of its own, with resource limits, as another user if so asked."""

    def limits():
        for kind, value in limit:
            resource.setrlimit(kind, (value, value))

    return subprocess.run(
        [*before, *PROGRAM, *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        preexec_fn=limits,
        env=os.environ | dict(environment),
    )


@pytest.fixture
def folder(tmp_path):
    save(Model.random(TINY, 0), tmp_path / "m.safetensors")
    return tmp_path


def refused(run, *words):
    """One sentence, exit code 1."""
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    last = run.stderr.splitlines()[-1]
    assert last.startswith("gan-cocktail: "), run.stderr
    assert "nothing half-written is left, and what was finished is kept" in last
    assert all(word in last for word in words), last


SYNTHESIZE = ("synthesize", "m.safetensors", "--name", "m", "--settings", "n_images: 40", "--out")
WIDEN = ("widen", "m.safetensors", "--classes", "2", "--position", "0", "--out")


@pytest.mark.parametrize("verb", [SYNTHESIZE, WIDEN], ids=lambda v: v[0])
def test_a_full_disk(folder, verb, record_property):
    """As a limit on the size of files: safetensors' own writer meets it too."""
    run = call(*verb, "out/x", folder=folder, limit=[(resource.RLIMIT_FSIZE, 20_000)])
    refused(run, "out/x", "the disk is full")
    assert not list((folder / "out").iterdir())
    assert call(*verb, "out/x", folder=folder).returncode == 0
    record_property(f"{COUNTED}faults injected", 1)


def test_a_disk_that_fills_during_a_training_costs_no_state(folder, record_property):
    images = call(*SYNTHESIZE, "d.zip", folder=folder)
    assert images.returncode == 0, images.stderr
    settings = f"{{kimg: {KIMG}, network: {TINY.model_dump_json()}, training: {{batch_size: 8}}}}"
    train = ["train-source", "d.zip", "--name", "x", "--settings", settings, "--out"]
    assert call(*train, "whole/x.safetensors", folder=folder).returncode == 0
    short = [part.replace(f"{KIMG}", "0.032") for part in train]
    assert call(*short, "x.safetensors", folder=folder).returncode == 0
    (folder / "x.safetensors").unlink()
    state = (folder / "x.training/state.safetensors").read_bytes()
    run = call(*train, "x.safetensors", folder=folder, limit=[(resource.RLIMIT_FSIZE, len(state) // 2)])
    refused(run, "the disk is full")
    assert (folder / "x.training/state.safetensors").read_bytes() == state
    assert not list(folder.rglob(".*"))
    assert call(*train, "x.safetensors", folder=folder).returncode == 0
    assert (folder / "x.safetensors").read_bytes() == (folder / "whole/x.safetensors").read_bytes()
    record_property(f"{COUNTED}faults injected", 1)


def test_too_many_open_files(folder, record_property):
    """So few that the verb's code is read, and little else."""
    run = call(*WIDEN, "x.safetensors", folder=folder, limit=[(resource.RLIMIT_NOFILE, 3)])
    assert run.returncode
    assert sorted(path.name for path in folder.iterdir()) == ["m.safetensors"]
    record_property(f"{COUNTED}faults injected", 1)


def test_out_of_memory(folder, record_property):
    """A limit on memory that is reached while a large model is made."""
    large = TINY.model_copy(update={"img_resolution": 256, "channel_base": 65536, "channel_max": 2048})
    code = (
        "import sys, resource, torch; from gan_cocktail.cli import main; import gan_cocktail.cli.train_source\n"
        "used = int(open('/proc/self/statm').read().split()[0]) * 4096\n"
        "resource.setrlimit(resource.RLIMIT_AS, (used + 3 * 10**8,) * 2)\n"
        f"sys.argv = ['gan-cocktail', 'train-source', 'd.zip', '--name', 'x', '--out', 'x.safetensors', '--settings',\n"
        f"  '{{kimg: 1, network: {large.model_dump_json()}}}']\nmain()"
    )
    assert call(*SYNTHESIZE, "d.zip", folder=folder).returncode == 0
    shutil.rmtree(folder / "x.training", ignore_errors=True)
    run = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    assert run.returncode in (1, 2), run.stderr
    assert "Traceback" not in run.stderr, run.stderr
    assert not (folder / "x.safetensors").exists()
    record_property(f"{COUNTED}faults injected", 1)


@pytest.fixture
def disk(folder):
    """A file system of 20 kB, mounted at `out`; a command that changes how."""
    out = folder / "out"
    out.mkdir()

    def mount(options, kind=("-t", "tmpfs", "tmpfs")):
        return subprocess.run(["mount", "-o", options, *kind, str(out)], capture_output=True).returncode

    if not shutil.which("mount") or mount("size=20k"):
        pytest.skip("mounting needs root, and Linux")
    yield lambda options: mount(options, kind=())
    subprocess.run(["umount", "--lazy", str(out)], check=True)


@pytest.mark.parametrize("verb", [SYNTHESIZE, WIDEN], ids=lambda v: v[0])
def test_a_disk_that_is_full_in_earnest(folder, disk, verb, record_property):
    run = call(*verb, "out/x", folder=folder)
    refused(run, "out/x", "the disk is full")
    assert not list((folder / "out").iterdir())
    disk("remount,size=64m")
    assert call(*verb, "out/x", folder=folder).returncode == 0
    record_property(f"{COUNTED}faults injected", 1)


def test_a_disk_that_is_mounted_to_be_read_alone(folder, disk, record_property):
    kept = folder / "out/kept.safetensors"
    kept.write_bytes(b"of another run")
    assert disk("remount,ro") == 0
    run = call(*WIDEN, "out/x.safetensors", folder=folder)
    refused(run, "out", "Read-only file system")
    assert [path.name for path in (folder / "out").iterdir()] == [kept.name]
    record_property(f"{COUNTED}faults injected", 1)


@pytest.fixture
def nobody():
    """A command before another that runs it as a user without rights."""
    if os.geteuid():
        return []
    if not shutil.which("setpriv"):
        pytest.skip("permissions do not bind root, and there is no setpriv")
    return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


def open_to_all(folder):
    """Whether another user may read what is in a folder; the folders above are made to let them pass."""
    for part in (folder, *folder.parents):
        if str(part).startswith("/tmp/") and part.stat().st_uid == os.geteuid():
            part.chmod(0o755)


@pytest.mark.parametrize("where", ["a folder that may not be written", "no permission to make a folder"])
def test_no_permission(folder, nobody, where, record_property):
    open_to_all(folder)
    (folder / "out").mkdir(mode=0o555)
    out = "out/x.safetensors" if where.startswith("a folder") else "out/new/x.safetensors"
    allowed = subprocess.run([*nobody, sys.executable, "-c", "import gan_cocktail"], capture_output=True)
    if allowed.returncode:
        pytest.skip("another user may not read the tools here")
    run = call(*WIDEN, out, folder=folder, before=nobody)
    refused(run, "out", "mend the permissions")
    assert not list((folder / "out").iterdir())
    record_property(f"{COUNTED}faults injected", 1)


@pytest.mark.long
def test_a_clock_that_jumps_changes_nothing(folder, record_property):
    """Backwards and by years while a training runs: what is made and where it ends do not depend on the time."""
    code = (
        "import sys, time, itertools; jumps = itertools.cycle([0, 4e9, -1e6, 5, -3])\n"
        "time.time = lambda: 1.7e9 + next(jumps)\n"
        "from gan_cocktail.cli import main; main()"
    )
    assert call(*SYNTHESIZE, "d.zip", folder=folder).returncode == 0
    settings = f"{{kimg: {KIMG}, network: {TINY.model_dump_json()}, training: {{batch_size: 8}}}}"
    train = ["train-source", "d.zip", "--name", "x", "--settings", settings, "--out"]
    assert call(*train, "whole.safetensors", folder=folder).returncode == 0
    run = subprocess.run(
        [sys.executable, "-c", code, *train, "x.safetensors"], cwd=folder, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert (folder / "x.safetensors").read_bytes() == (folder / "whole.safetensors").read_bytes()
    record_property(f"{COUNTED}faults injected", 1)


@pytest.fixture
def store(folder):
    """Another folder, mounted at `out`; commands that take it away, though in use, and that bring it back."""
    (folder / "out").mkdir()
    (folder / "store").mkdir()

    def back():
        return subprocess.run(["mount", "--bind", "store", "out"], cwd=folder, capture_output=True).returncode

    def away():
        return subprocess.run(["umount", "--lazy", "out"], cwd=folder, capture_output=True).returncode

    if not shutil.which("mount") or back():
        pytest.skip("mounting needs root, and Linux")
    yield away, back
    away()


@pytest.mark.long
def test_a_mount_that_vanishes_under_a_training(folder, store, record_property):
    """In earnest, as an NFS server does; with it back, the training goes on to what it would have come to."""
    away, back = store
    assert call(*SYNTHESIZE, "d.zip", folder=folder).returncode == 0
    settings = f"{{kimg: 3, network: {TINY.model_dump_json()}, training: {{batch_size: 8}}}}"
    train = ["train-source", "d.zip", "--name", "x", "--settings", settings, "--out"]
    run = subprocess.Popen([*PROGRAM, *train, "out/x.safetensors"], cwd=folder, stderr=subprocess.PIPE, text=True)
    while not list((folder / "store").rglob("log.jsonl")):
        assert run.poll() is None, run.stderr.read()
    assert away() == 0
    _, run.stderr = run.communicate()
    refused(run, "out/x.training", "went away meanwhile: see that its disk is mounted")
    assert not list((folder / "out").iterdir())
    assert back() == 0
    for out in ("out/x.safetensors", "whole.safetensors"):
        again = call(*train, out, folder=folder)
        assert again.returncode == 0, again.stderr
    assert (folder / "store/x.safetensors").read_bytes() == (folder / "whole.safetensors").read_bytes()
    record_property(f"{COUNTED}faults injected", 1)


def test_a_folder_that_goes_away(folder, record_property):
    """As a mount that vanishes: the folder of the result is removed while it is written."""
    code = (
        "import sys, shutil, gan_cocktail.tensors as t; real = t.save_file\n"
        "def gone(*a): real(*a); shutil.rmtree('out')\n"
        "t.save_file = gone; from gan_cocktail.cli import main; main()"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *WIDEN, "out/x.safetensors"], cwd=folder, capture_output=True, text=True
    )
    refused(run, "out/x.safetensors", "went away meanwhile: see that its disk is mounted")
    record_property(f"{COUNTED}faults injected", 1)
