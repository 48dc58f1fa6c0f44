"""Running to a budget: log, snapshots, NaN guard; real processes, really killed."""

import json
import os
import signal
import subprocess
import time

import pytest
import torch

from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.data.images import png, write_zip
from gan_cocktail.methods.sources import train_source
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.training import SourceTrainingParams, TrainingParams
from gan_cocktail.training.log import DivergedError, TrainingLog
from gan_cocktail.training.run import run, snapshot_path, steps_of
from gan_cocktail.training.streams import FixedDatasets
from gan_cocktail.training.trainer import TrainingJob
from tests.conftest import TINY

CPU = torch.device("cpu")
SETTINGS = {"kimg": 1.6, "network": TINY.model_dump(), "training": {"batch_size": 8, "augmentation": {}}}


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
    command = ["gan-cocktail", "train-source", str(folder), "--out", str(out), "--name", "x"]
    return subprocess.Popen([*command, "--settings", json.dumps(SETTINGS)], stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Real PNG files."""
    path = tmp_path_factory.mktemp("images with space")
    pixels = torch.randint(0, 256, (32, 3, 16, 16), dtype=torch.uint8)
    for i, image in enumerate(pixels):
        (path / f"{i}.png").write_bytes(png(image))
    return path


@pytest.fixture(scope="module")
def uninterrupted(folder, tmp_path_factory):
    """Bytes of the model that an undisturbed process makes."""
    out = tmp_path_factory.mktemp("whole") / "m.safetensors"
    assert start(folder, out).wait() == 0
    return out.read_bytes()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_killed_training_continues_to_the_same_bytes(folder, uninterrupted, tmp_path, number):
    out = tmp_path / "m.safetensors"
    state = tmp_path / "m.training" / "state.safetensors"
    process = start(folder, out)
    while not state.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.kill(process.pid, number)
    _, message = process.communicate()
    if number == signal.SIGKILL:
        assert process.returncode == -number
    else:
        assert process.returncode == 130
        assert "run it again to continue" in message
    assert not out.exists()
    assert start(folder, out).wait() == 0
    assert out.read_bytes() == uninterrupted
    assert not list((tmp_path / "m.training").rglob(".*"))  # what the killed process half wrote is gone
