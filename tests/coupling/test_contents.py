"""What is in inputs: noticed by content, at any depth, and read once."""

import json
import os
import shutil
from pathlib import Path

import pytest

from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from workflow.coupling import contents as module
from workflow.coupling.contents import CACHE, Contents
from workflow.coupling.stamps import stamp, written_to


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Two sources, of a model and of a folder with folders, in a working directory of their own."""
    monkeypatch.chdir(tmp_path)
    Path("cat.safetensors").write_text("cat")
    for name in ("a.png", "deep/b.png", "deep/down/c.png"):
        Path("faces", name).parent.mkdir(parents=True, exist_ok=True)
        Path("faces", name).write_text(name)
    sources = {"cat": {"model": "cat.safetensors"}, "face": {"dataset": "faces"}}
    return Plan(Params.model_validate({"sources": sources, "mixtures": {"m": {"sources": ["cat", "face"]}}}))


def edit_deep():
    Path("faces/deep/down/c.png").write_text("other")


def edit_and_put_the_time_back():
    before = os.stat("faces/deep/b.png")
    Path("faces/deep/b.png").write_text("deep/c.png")
    os.utime("faces/deep/b.png", ns=(before.st_atime_ns, before.st_mtime_ns))


def add():
    Path("faces/deep/down/new.png").write_text("")


def add_hidden():
    Path("faces/.hidden").write_text("")


def remove():
    Path("faces/a.png").unlink()


def rename():
    Path("faces/a.png").rename("faces/z.png")


def move():
    Path("faces/a.png").rename("faces/deep/a.png")


def swap():
    for a, b in (("a.png", "x"), ("deep/b.png", "a.png"), ("x", "deep/b.png")):
        Path("faces", a).rename(Path("faces", b))


def replace_whole():
    shutil.rmtree("faces")
    Path("faces").write_text("a file")


@pytest.mark.parametrize(
    "change", [edit_deep, edit_and_put_the_time_back, add, add_hidden, remove, rename, move, swap, replace_whole]
)
def test_any_change_in_a_folder_is_noticed(plan, change):
    before, seen = Contents(plan), stamp("faces")
    change()
    assert written_to({"faces": seen, "cat.safetensors": stamp("cat.safetensors")}) == {"faces"}
    after = Contents(plan)
    assert after("faces") != before("faces")
    assert after("cat.safetensors") == before("cat.safetensors")


def test_an_older_file_of_the_same_size_is_noticed(plan):
    before = Contents(plan)("cat.safetensors")
    Path("older").write_text("dog")
    times = os.stat("cat.safetensors")
    for ns in (10**18, times.st_mtime_ns):
        os.utime("older", ns=(ns, ns))
        shutil.copy2("older", "cat.safetensors")
        assert Contents(plan)("cat.safetensors") != before


def test_another_time_alone_is_another_stamp_and_the_same_content(plan):
    before = Contents(plan)
    os.utime("faces/a.png", (1, 1))
    assert written_to(before.stamps) == {"faces"}
    assert Contents(plan)("faces") == before("faces")


def test_a_link_counts_as_what_it_leads_to(plan):
    Path("faces/link.png").symlink_to("../cat.safetensors")
    before = Contents(plan)("faces")
    Path("cat.safetensors").write_text("dog")
    assert Contents(plan)("faces") != before
    Path("cat.safetensors").unlink()
    assert Contents(plan)("faces", "cat.safetensors")


def test_one_object_says_the_same_all_its_life(plan):
    contents = Contents(plan)
    before = contents("faces")
    edit_deep()
    assert contents("faces") == before


def test_what_jobs_make_is_not_among_it(plan):
    contents = Contents(plan)
    assert contents("results/sources/face.safetensors", "results/synthetic/cat.zip") == []
    assert contents("results/other/unions/m/ours/seed0.safetensors", "elsewhere") != []
    assert {"faces", "cat.safetensors"} <= contents.stamps.keys()
    assert not any(path.startswith("results/synthetic") for path in contents.stamps)


def test_files_are_read_once(plan, monkeypatch):
    first = Contents(plan)("faces", "cat.safetensors")
    monkeypatch.setattr(module, "_digest", lambda path: pytest.fail(f"{path} is read again"))
    assert Contents(plan)("faces", "cat.safetensors") == first


@pytest.mark.parametrize("broken", ["", "{", "[]", json.dumps({"faces": 3})])
def test_a_broken_cache_is_made_anew(plan, broken):
    first = Contents(plan)("faces")
    CACHE.write_text(broken)
    assert Contents(plan)("faces") == first
    assert json.loads(CACHE.read_text())["faces"]
