"""Files that the pipeline reads and does not make: whatever befalls them, no old result passes for one of new data."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import time

import pytest
import yaml

from tests.integration.repository import PARAMS, REPRO_LONG, assert_clean, kill, started

pytestmark = pytest.mark.slow
MODEL = "resources/sources/cat/model.safetensors"
OURS = "results/unions/pair/ours/seed0.safetensors"
CAT = "results/synthetic/cat.zip"
WIDENED = "results/widened/pair/cat.safetensors"
FACE = "results/synthetic/face.zip"
DATASET = "data/cats"
TRAINED = "results/sources/mine.safetensors"
EVERY = [
    *("ours", "ewc", "scratch", "rooted_only", "embedded", "average_unrooted_tuned", "upper_bound"),
    *("average_rooted", "average_unrooted", "ensemble"),
]
VARIANTS = {
    "embedded": {
        "method": "ours",
        "merge": "own_embeddings",
        "consistency": {"weight": 1},
    }
}


def put_older(repository, path=MODEL, text=b"another"):
    """Another file of the same size in the place of one, older than all that was made of that; as `cp -p` does."""
    file = repository.folder / path
    content = file.read_bytes()
    other = repository.folder.parent / "other"
    other.write_bytes(content[: -len(text)] + text)
    os.utime(other, (1.5e9, 1.5e9))
    shutil.copy2(other, file)


def differing(repository, path):
    """Stages that DVC says are of another file at this path."""
    status = json.loads(repository.dvc("status", "--json").splitlines()[-1])
    return {
        name
        for name, groups in status.items()
        if any(path in g.get("changed deps", {}) for g in groups if isinstance(g, dict))
    }


@pytest.mark.parametrize("engine", REPRO_LONG)
def test_an_older_file_in_the_place_of_a_model_reruns_what_reads_it(done, engine):
    before = done.contents()
    put_older(done)
    getattr(done, engine)()
    made = set(done.made())
    assert {CAT, OURS, WIDENED} <= made
    assert FACE not in made
    assert done.contents()[OURS] != before[OURS]
    assert_clean(done)


def test_dvc_tells_the_truth_at_each_step_after_an_older_file_came(done):
    """Also when a run in between makes something else, and commits it."""
    put_older(done)
    readers = {"synthesize.cat", "widen.pair.cat"}
    assert {"synthesize", "widen"} <= done.planned()
    assert differing(done, MODEL) == readers
    done.set("figures.dpi", 80)
    done.snakemake("results/figures/curves.png", "--allowed-rules", "curves")
    assert done.made()[-1] == "results/figures/curves.png"
    assert differing(done, MODEL) == readers
    done.snakemake(CAT)
    assert differing(done, MODEL) == readers - {"synthesize.cat"}
    done.snakemake()
    assert_clean(done)


@pytest.mark.parametrize("engine", REPRO_LONG)
def test_the_file_put_back_gives_the_old_results(done, engine):
    before, content = done.contents(), (done.folder / MODEL).read_bytes()
    put_older(done)
    done.snakemake()
    (done.folder / MODEL).write_bytes(content)
    getattr(done, engine)()
    assert {p: c for p, c in done.contents().items() if ".pdf" not in p} == {
        p: c for p, c in before.items() if ".pdf" not in p
    }
    assert_clean(done)


@pytest.mark.parametrize("engine", ["snakemake", "repro"])
def test_a_file_of_the_same_content_and_an_older_time_reruns_nothing(done, engine):
    done.made()
    for path in (MODEL, "resources/features/efficientnet_lite0.safetensors"):
        os.utime(done.folder / path, (1.5e9, 1.5e9))
    getattr(done, engine)()
    assert done.made() == []


@pytest.fixture
def trained(fresh):
    """A run in which a source is trained on a folder of images, at two levels."""
    folder = fresh.folder / DATASET / "deep/down"
    folder.mkdir(parents=True)
    for name in ("a.png", "deep/b.png", "deep/down/c.png"):
        (fresh.folder / DATASET / name).write_text(name)
    fresh.set("sources", PARAMS["sources"] | {"mine": {"dataset": DATASET}})
    fresh.set("mixtures", {"pair": {"sources": ["cat", "mine"]}})
    fresh.snakemake()
    fresh.commit("results")
    fresh.made()
    return fresh


@pytest.mark.long
@pytest.mark.parametrize("engine", ["snakemake", "repro"])
def test_any_change_in_a_dataset_s_folder_trains_its_source_anew(trained, engine):
    def edit():
        file = trained.folder / DATASET / "deep/down/c.png"
        file.write_text("x.png"[::-1])
        os.utime(file, (1e9, 1e9))

    def add():
        (trained.folder / DATASET / "deep/e.png").write_text("e")
        os.utime(trained.folder / DATASET / "deep/e.png", (1e9, 1e9))

    def rename():
        (trained.folder / DATASET / "deep/e.png").rename(trained.folder / DATASET / "deep/f.png")

    def remove():
        (trained.folder / DATASET / "deep/b.png").unlink()

    for change in (edit, add, rename, remove):
        change()
        assert "train_source" in trained.planned(), change
        assert differing(trained, DATASET) >= {"train_source.mine"}
        trained.snakemake(TRAINED) if engine == "snakemake" else trained.repro("train_source.mine")
        assert trained.made() == [TRAINED], change
        assert "train_source.mine" not in differing(trained, DATASET)
    getattr(trained, engine)()
    assert CAT not in trained.made()
    assert_clean(trained)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="fixed"),
        pytest.param({"synthesis": PARAMS["synthesis"] | {"mode": "fresh"}}, id="fresh", marks=pytest.mark.long),
    ],
)
def test_snakemake_records_the_content_of_every_input_that_no_job_makes(fresh, change):
    """For every method and rule there is: none has an input whose content it would pass over."""
    for source in ("cat", "face"):
        (fresh.folder / "data").mkdir(exist_ok=True)
        (fresh.folder / f"data/{source}.zip").write_text(source)
    sources = {
        "cat": {"model": MODEL, "dataset": "data/cat.zip"},
        "face": {"dataset": "data/face.zip"},
        "flower": {"model": "resources/sources/flower/model.safetensors"},
    }
    mixtures = {"pair": {"sources": ["cat", "face"]}, "far": {"sources": ["flower", "cat"], "root": "cat"}}
    every = {"methods": EVERY, "variants": VARIANTS, "applications": {"attributes": ["pose"], "n_images": 60}}
    fresh.write(PARAMS | every | {"sources": sources, "mixtures": mixtures} | change)
    fresh.snakemake()
    rules, external = set(), 0
    for file in (fresh.folder / ".snakemake/metadata").rglob("*"):
        record = json.loads(file.read_text()) if file.is_file() else {"rule": None}
        rules.add(record["rule"])
        for path in record.get("input") or ():
            if not path.startswith("results/"):
                external += 1
                assert any(re.search(rf"'{re.escape(path)} [0-9a-f]{{16}}'", text) for text in record["params"]), record
    assert external > 20
    rules_of_models = {"train_source", "synthesize", "reference", "widen", "root", "finetune", "evaluate", "samples"}
    assert rules_of_models - (set() if change == {} else {"synthesize"}) <= rules


@pytest.fixture
def overwritten(done):
    """A model with another one of the same size and time written over it, into which DVC by itself would not look."""
    assert done.status() == set()
    file = done.folder / MODEL
    times = file.stat()
    put_older(done)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    return file


def test_what_dvc_takes_for_the_same_file_is_committed_with_its_true_hash(done, overwritten):
    done.snakemake()
    assert {CAT, OURS} <= set(done.made())
    (dep,) = {dep["md5"] for dep in locked(done, "synthesize.cat")["deps"] if dep["path"] == MODEL}
    assert dep == hashlib.md5(overwritten.read_bytes()).hexdigest()
    assert_clean(done)


@pytest.mark.parametrize("seen", [False, True], ids=["at once", "after a dry run"])
def test_what_dvc_takes_for_the_same_file_does_not_vouch_for_results_that_it_brings_back(done, overwritten, seen):
    if seen:
        assert "synthesize" in done.planned()
    shutil.rmtree(done.folder / "results")
    done.dvc("checkout")
    done.git("checkout", "--", "results")
    assert {"synthesize", "widen", "finetune"} <= done.planned()
    assert "synthesize.cat" in done.status()


def locked(repository, stage):
    return yaml.safe_load((repository.folder / "dvc.lock").read_text())["stages"][stage]


# While a run is under way


@pytest.mark.parametrize(
    "back", [False, pytest.param(True, marks=pytest.mark.long)], ids=["replaced", "replaced and put back"]
)
@pytest.mark.parametrize("engine", REPRO_LONG)
def test_a_file_that_was_replaced_during_a_run_is_not_taken_for_what_its_jobs_read(fresh, engine, back):
    content = (fresh.folder / MODEL).read_bytes()
    command = ["snakemake", "--cores", "2", CAT, FACE] if engine == "snakemake" else ["dvc", "repro", "synthesize.cat"]
    run = started(fresh, *command, events=1, seconds="4")
    put_older(fresh)
    if back:
        (fresh.folder / MODEL).write_bytes(content)
    told = run.communicate()[0]
    assert (run.returncode == 0) == (engine == "snakemake")
    assert MODEL in told or not back
    assert "run dvc repro again" in told or engine == "snakemake"
    fresh.made()
    assert "synthesize.cat" in fresh.status()
    getattr(fresh, engine)()
    made = fresh.made()
    assert CAT in made
    assert FACE not in made or engine == "repro"
    assert_clean(fresh)


@pytest.mark.long
@pytest.mark.parametrize("engine", ["snakemake", "repro"])
def test_the_same_when_the_run_was_killed(fresh, engine):
    content = (fresh.folder / MODEL).read_bytes()
    run = started(fresh, "snakemake", "--cores", "1", events=1, seconds="1")
    put_older(fresh)
    (fresh.folder / MODEL).write_bytes(content)
    while sum('"start"' in line for line in fresh.log.read_text().splitlines()) < 6:
        time.sleep(0.05)
    kill(run, "everything")
    fresh.snakemake("--unlock")
    fresh.seen = 0
    ended = {e["output"] for e in fresh.events()[:-2] if e["event"] == "end"}  # the last may not be recorded as ended
    of_cat, of_face = ({CAT, WIDENED}, {path.replace("cat", "face") for path in (CAT, WIDENED)})
    assert ended & of_cat
    assert ended & of_face
    getattr(fresh, engine)()
    made = set(fresh.made())
    assert ended & of_cat <= made
    assert not ended & of_face & made
    assert_clean(fresh)


@pytest.mark.long
def test_what_was_edited_between_dvc_s_look_and_the_commit_is_not_committed(done):
    """A dataset that somebody writes to all the time: nothing that reads it is committed with a hash of its own."""
    put_older(done)
    run = started(done, "snakemake", "--cores", "2", events=1, seconds="0.2")
    rounds = 0
    while run.poll() is None:
        put_older(done, text=b"%07d" % rounds)
        rounds += 1
        time.sleep(0.05)
    run.communicate()
    assert {"synthesize.cat", "widen.pair.cat"} <= differing(done, MODEL)
    done.snakemake()
    assert_clean(done)


# What a person says against it


def test_results_are_not_called_up_to_date_unseen_but_dvc_can_be_told(done):
    put_older(done)
    assert "--touch would call results up to date" in done.snakemake("--touch", expect=1)
    assert differing(done, MODEL) == {"synthesize.cat", "widen.pair.cat"}
    assert "synthesize" in done.planned()
    done.made()
    done.dvc("commit", "--force")
    shutil.rmtree(done.folder / ".snakemake/metadata")
    with contextlib.suppress(FileNotFoundError):
        (done.folder / "workflow/coupling/unfinished").unlink()
    assert done.planned() == set()
    assert_clean(done)
