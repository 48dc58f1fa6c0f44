"""Running to a budget: log, snapshots, NaN guard; real processes, really killed."""

import json
import os
import signal
import time

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.data.images import png, write_zip
from gan_cocktail.methods.sources import train_source
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.training import SourceTrainingParams, TrainingParams
from gan_cocktail.training.divergence import DivergedError
from gan_cocktail.training.log import TrainingLog
from gan_cocktail.training.run import run, snapshot_path, steps_of
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import TrainingJob
from tests.conftest import ROOT, TINY
from tests.resident.session import Session

CPU = torch.device("cpu")
SETTINGS = {"kimg": 0.8, "network": TINY.model_dump(), "training": {"batch_size": 8, "augmentation": {}}}


def job(images, initial=None):
    return TrainingJob(
        initial or Model.random(TINY, 0), FixedDatasets([images], CPU), [1.0], TrainingParams(batch_size=8), 0
    )


def test_log_snapshots_and_samples(images, tmp_path):
    model = run(job(images), 0.4, tmp_path, "print", CPU, snapshots=[0.2, 0.4])
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [16, 32, 48]
    assert {"loss_G", "loss_D", "r1", "seconds"} <= lines[0].keys()
    last = load(snapshot_path(tmp_path, 0.4)).G
    assert all(torch.equal(last[k], v) for k, v in model.G.items())
    assert len(list((tmp_path / "samples").glob("*.png"))) == 10


def test_several_snapshots_of_one_step_are_all_there(images, tmp_path):
    run(job(images), 0.1, tmp_path, "print", CPU, snapshots=[0.033, 0.04, 0.0400001])
    one, other, later = (load(snapshot_path(tmp_path, kimg)).G for kimg in (0.033, 0.04, 0.0400001))
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    assert not all(torch.equal(value, later[name]) for name, value in one.items())
    run(job(images), 0.2, tmp_path, "print", CPU, snapshots=[0.033, 0.04])  # goes on, for none is missing
    assert not list(tmp_path.glob("before-*"))


def test_a_larger_budget_continues_and_equals_a_run_of_that_budget(images, tmp_path, capsys):
    run(job(images), 0.2, tmp_path / "a", "print", CPU)
    more = run(job(images), 0.4, tmp_path / "a", "print", CPU)
    assert "continuing at 0.2 kimg" in capsys.readouterr().out
    whole = run(job(images), 0.4, tmp_path / "b", "print", CPU)
    assert all(torch.equal(more.G[k], v) for k, v in whole.G.items())
    logs = [[json.loads(line) for line in (tmp_path / d / "log.jsonl").open()] for d in "ab"]
    assert [line["step"] for line in logs[0]] == [line["step"] for line in logs[1]]
    assert logs[0][-1]["loss_G"] == logs[1][-1]["loss_G"]


def test_a_smaller_budget_starts_anew_and_equals_a_run_of_that_budget(images, tmp_path):
    run(job(images), 0.4, tmp_path / "a", "print", CPU)
    less = run(job(images), 0.2, tmp_path / "a", "print", CPU)
    whole = run(job(images), 0.2, tmp_path / "b", "print", CPU)
    assert all(torch.equal(less.G[k], v) for k, v in whole.G.items())


def test_a_snapshot_asked_for_later_is_made_and_one_of_another_job_is_not_taken(images, tmp_path):
    run(job(images), 0.2, tmp_path, "another print", CPU, snapshots=[0.1])
    run(job(images), 0.2, tmp_path, "print", CPU)
    run(job(images), 0.4, tmp_path, "print", CPU, snapshots=[0.1])
    snapshot = load(snapshot_path(tmp_path, 0.1))
    assert snapshot.info["fingerprint"] == "print"
    whole = run(job(images), 0.1, tmp_path / "b", "print", CPU)  # 0.1 kimg is step 13 in both
    assert all(torch.equal(snapshot.G[k], v) for k, v in whole.G.items())


def test_a_budget_raised_to_a_new_snapshot_at_the_old_end_continues(images, tmp_path, capsys):
    short = run(job(images), 0.2, tmp_path, "print", CPU)
    run(job(images), 0.4, tmp_path, "print", CPU, snapshots=[0.2])
    assert "continuing at 0.2 kimg" in capsys.readouterr().out
    snapshot = load(snapshot_path(tmp_path, 0.2)).G
    assert all(torch.equal(snapshot[k], v) for k, v in short.G.items())


@pytest.mark.parametrize(("kimg", "batch", "steps"), [(8.028, 4, 2007), (8, 16, 500), (0.1, 16, 7), (1e-4, 4, 1)])
def test_budgets_round_up_to_whole_steps(kimg, batch, steps):
    assert steps_of(kimg, batch) == steps


def left(folder):
    """What a training left, by path; state and log as bytes."""
    parts = ("state.safetensors", "log.jsonl", "samples", "snapshots")
    files = [f for part in parts for f in sorted([folder / part, *(folder / part).rglob("*")]) if f.is_file()]
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in files}


def test_a_training_that_starts_anew_says_why_and_keeps_what_was_there(images, tmp_path, capsys):
    folder, recipe = tmp_path / "t", {"training": {"learning_rate": 0.002}, "inputs": {"a.zip": "0" * 64}}
    run(job(images), 0.4, folder, "first", CPU, snapshots=[0.2], made_of=recipe)
    before = left(folder)
    assert {"state.safetensors", "log.jsonl", "snapshots/0.2.safetensors"} <= before.keys()
    assert len(before) == 13
    changed = {"training": {"learning_rate": 0.001}, "inputs": {"a.zip": "1" * 64, "b.zip": "2" * 64}}
    run(job(images), 0.2, folder, "second", CPU, made_of=changed)
    said = capsys.readouterr().out
    wanted = [
        "starting anew: training.learning_rate was 0.002, is 0.001",
        "inputs.a.zip was 00000000, is 11111111; inputs.b.zip was none, is 22222222",
        "kept in before-50-first",
    ]
    assert all(text in said for text in wanted), said
    assert said.count("\n") == 1
    assert left(folder / "before-50-first") == before
    fresh = run(job(images), 0.2, tmp_path / "fresh", "second", CPU, made_of=changed)
    assert left(folder).keys() == left(tmp_path / "fresh").keys()
    again = run(job(images), 0.2, folder, "second", CPU, made_of=changed)
    assert all(torch.equal(again.G[k], v) for k, v in fresh.G.items())


def test_reasons_that_are_no_setting_are_said_too(images, tmp_path, capsys):
    run(job(images), 0.4, tmp_path, "print", CPU)
    run(job(images), 0.2, tmp_path, "print", CPU)
    assert "starting anew: it is at 0.4 kimg, beyond the budget, 0.2. " in capsys.readouterr().out
    run(job(images), 0.4, tmp_path, "print", CPU, snapshots=[0.1])
    assert "it is beyond 0.1 kimg, and kept no generator there, which is asked for" in capsys.readouterr().out
    run(job(images), 0.4, tmp_path, "other", CPU)
    assert "settings or inputs are others, and the state does not say which" in capsys.readouterr().out


def test_the_longest_trainings_are_kept(images, tmp_path, capsys):
    for steps in (3, 5, 1, 4, 2):
        run(job(images), 0.008 * steps, tmp_path, f"of-{steps}", CPU)
    assert {path.name for path in tmp_path.glob("before-*")} == {"before-3-of-3", "before-5-of-5", "before-4-of-4"}
    assert "before-1-of-1 is removed: 3 longer trainings are kept" in capsys.readouterr().out
    run(job(images), 0.008, tmp_path, "once more", CPU)
    assert (tmp_path / "before-5-of-5/state.safetensors").exists()


def test_a_training_that_comes_to_nothing_leaves_what_was_there(images, tmp_path):
    run(job(images), 0.2, tmp_path, "print", CPU, snapshots=[0.1])
    before = left(tmp_path)
    sick = Model.random(TINY, 0)
    sick.G["synthesis.b4.const"] = sick.G["synthesis.b4.const"] * float("nan")
    with pytest.raises(DivergedError):
        run(job(images, sick), 0.2, tmp_path, "sick", CPU)
    assert left(tmp_path) == before
    for steps in (30, 40, 50):  # also where longer ones are kept already
        run(job(images), 0.008 * steps, tmp_path / "more", f"of-{steps}", CPU)
    run(job(images), 0.008, tmp_path / "more", "short", CPU)
    short = left(tmp_path / "more")
    with pytest.raises(DivergedError):
        run(job(images, sick), 0.2, tmp_path / "more", "sick", CPU)
    assert left(tmp_path / "more") == short
    assert not list(tmp_path.glob("before-*"))


def test_one_more_image_is_named(images, tmp_path, capsys):
    settings = parse_section(SourceTrainingParams, SETTINGS | {"kimg": 0.032}, "settings")
    for n in (63, 64):
        write_zip(tmp_path / "d", [images[:n]], {})
        train_source(tmp_path / "d", tmp_path / "work", "x", settings, 0, CPU)
    said = capsys.readouterr().out
    assert "n_images was 63, is 64" in said
    assert "images was " in said


def test_the_same_number_of_other_images_is_another_job(images, tmp_path):
    settings = parse_section(SourceTrainingParams, SETTINGS | {"kimg": 0.032}, "settings")
    found = []
    for folder, pixels in (("d1", images), ("d2", 255 - images)):
        write_zip(tmp_path / folder, [pixels], {})
        found.append(train_source(tmp_path / folder, tmp_path / "work", "x", settings, 0, CPU))
    fresh = train_source(tmp_path / "d2", tmp_path / "fresh", "x", settings, 0, CPU)
    assert not torch.equal(found[0].G["synthesis.b4.const"], found[1].G["synthesis.b4.const"])
    assert torch.equal(found[1].G["synthesis.b4.const"], fresh.G["synthesis.b4.const"])
    assert found[0].info["images_sha256"] != found[1].info["images_sha256"]


def test_nan_stops_and_keeps_the_last_good_state(images, tmp_path):
    run(job(images), 0.2, tmp_path, "print", CPU)
    good = (tmp_path / "state.safetensors").read_bytes()
    sick = Model.random(TINY, 0)
    sick.G["synthesis.b4.const"] = sick.G["synthesis.b4.const"] * float("nan")
    with pytest.raises(DivergedError, match=r"became nan before .* kimg; the state saved last is kept"):
        run(job(images, sick), 0.2, tmp_path, "another print", CPU)
    assert (tmp_path / "state.safetensors").read_bytes() == good


def test_lines_after_the_restored_state_are_dropped_from_the_log(tmp_path):
    path = tmp_path / "log.jsonl"
    path.write_text('{"step": 16}\n{"step": 32}\n{"step": 48, "lo')
    TrainingLog(path, 20)
    assert path.read_text() == '{"step": 16}\n'


def start(folder, out):
    """A process of its own, with PyTorch imported already."""
    command = ["gan-cocktail", "train-source", str(folder), "--out", str(out), "--name", "x"]
    return Session([*command, "--settings", json.dumps(SETTINGS)], ROOT, dict(os.environ))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Real PNG files."""
    path = tmp_path_factory.mktemp("images with space")
    pixels = torch.randint(0, 256, (32, 3, 16, 16), dtype=torch.uint8)
    for i, image in enumerate(pixels):
        (path / f"{i}.png").write_bytes(png(image))
    return path


@pytest.fixture(scope="module")
def uninterrupted(resident, folder, tmp_path_factory):
    """Bytes of the model that an undisturbed process makes."""
    out = tmp_path_factory.mktemp("whole") / "m.safetensors"
    assert start(folder, out).wait() == 0
    return out.read_bytes()


@pytest.mark.parametrize(
    "number",
    [signal.SIGKILL, *(pytest.param(each, marks=pytest.mark.long) for each in (signal.SIGINT, signal.SIGTERM))],
)
def test_killed_training_continues_to_the_same_bytes(folder, uninterrupted, tmp_path, number):
    out = tmp_path / "m.safetensors"
    state = tmp_path / "m.training" / "state.safetensors"
    process = start(folder, out)
    while not state.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, number)
    message, _ = process.communicate()
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 130
        assert "run it again to continue" in message
    assert not out.exists()
    assert start(folder, out).wait() == 0
    assert out.read_bytes() == uninterrupted
    assert not list((tmp_path / "m.training").rglob(".*"))  # what the killed process half wrote is gone
