"""Trainings in two real processes, against the same in one; ends and changes of their number."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from gan_cocktail.checkpoints.model import load
from gan_cocktail.data.images import png
from gan_cocktail.errors import CocktailError
from gan_cocktail.training.processes import Processes
from gan_cocktail.training.streams import FreshImages, PerClass
from gan_cocktail.training.trainer import Trainer
from tests.conftest import ROOT, TINY
from tests.training.scenarios import CPU, SCENARIOS, conditional, fresh, train, unconditional

TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
SETTINGS = {"network": TINY.model_dump(), "training": {"batch_size": 8, "augmentation": {}, "mirror": True}}


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """What each of two processes came to, by scenario."""
    folder = tmp_path_factory.mktemp("pair")
    found = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    subprocess.run(
        [*TORCHRUN, "tests.training.scenarios"], cwd=folder, env=os.environ | {"PYTHONPATH": found}, check=True
    )
    return [torch.load(folder / f"{rank}.pt") for rank in range(2)]


@pytest.mark.xdist_group("pair")
@pytest.mark.parametrize("name", SCENARIOS)
def test_two_processes_train_as_one_up_to_the_order_of_floats(pair, name):
    one, (two, other) = train(name), (each[name] for each in pair)
    for part, expected in one["weights"].items():
        assert torch.equal(two["weights"][part], other["weights"][part])  # all processes hold the same
        away = (two["weights"][part] - expected).norm()
        assert away <= 1e-7 * expected.norm()
        assert away <= 1e-3 * (expected - one["start"][part]).norm()  # 5e-5 at most was measured
    for key, expected in one["rest"].items():
        torch.testing.assert_close(two["rest"][key], expected, rtol=1e-5, atol=1e-6)
    for expected, found in zip(one["losses"], two["losses"], strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.xdist_group("pair")
def test_augmentation_was_on_and_adapted(pair):
    found = pair[0]["augmented"]["rest"]
    assert 0 < found["p"] < 0.5
    assert found["signs"][1] == 16  # of the whole batch


@pytest.mark.parametrize("kind", ["fixed", "fresh", "both"])
def test_the_images_asked_for_are_those_rows_of_the_whole_batch(kind):
    labels = torch.tensor([0, 1, 1, 0, 0, 0, 1, 0])
    anew, fixed = fresh().stream.streams[1], conditional().stream
    one_each = PerClass([fixed, anew], [1, 0])
    both = {"fixed": fixed, "fresh": FreshImages([None, None], (3, 16, 16), CPU), "both": one_each}[kind]
    if kind == "fresh":
        both.generators = [anew.generators[0]] * 2
    whole = both.draw(labels, torch.Generator().manual_seed(1))
    for rows in (slice(0, None, 2), slice(1, None, 2), slice(1, None, 4)):  # the last has images of class 0 alone
        rng = torch.Generator().manual_seed(1)
        taken = both.ask(labels, rng, rows)()
        assert (taken.int() - whole[rows].int()).abs().max() <= 1  # drawn in other batches, and rounded
        after = torch.Generator().manual_seed(1)
        both.draw(labels, after)
        assert torch.equal(rng.get_state(), after.get_state())


@pytest.mark.parametrize(
    ("settings", "network", "size", "fine"),
    [
        ({"batch_size": 16}, {}, 4, True),
        ({"batch_size": 16}, {}, 3, False),
        ({"batch_size": 8}, {}, 4, False),
        ({"batch_size": 16}, {"mbstd_group_size": None}, 2, False),
        ({"batch_size": 16}, {"mbstd_channels": 0}, 16, True),
        ({"batch_size": 16, "path_length_weight": 2}, {"mbstd_channels": 0}, 16, False),
        ({"batch_size": 16, "path_length_weight": 2}, {"mbstd_channels": 0}, 8, True),
    ],
)
def test_a_batch_that_processes_cannot_share_is_refused(settings, network, size, fine):
    from dataclasses import replace

    from gan_cocktail.checkpoints.model import Model

    job = unconditional()
    job = replace(
        job,
        initial=Model.random(TINY.model_copy(update=network), 0),
        settings=job.settings.model_copy(update={"path_length_weight": 0} | settings),
    )
    if fine:
        Trainer(job, CPU, Processes(1, size))
        return
    batch = settings["batch_size"]
    with pytest.raises(CocktailError, match=rf"batch_size is {batch}, which {size} processes cannot share: expected"):
        Trainer(job, CPU, Processes(1, size))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Real PNG files."""
    path = tmp_path_factory.mktemp("images")
    for i, image in enumerate(torch.randint(0, 256, (32, 3, 16, 16), dtype=torch.uint8)):
        (path / f"{i}.png").write_bytes(png(image))
    return path


def start(folder, out, processes, kimg, settings=SETTINGS):
    """A training at the command line."""
    command = ["gan-cocktail", "train-source", str(folder), "--out", str(out), "--name", "x"]
    command += ["--settings", json.dumps(settings | {"kimg": kimg})]
    environment = os.environ | {"GAN_COCKTAIL_PROCESSES": str(processes)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def finish(process):
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, err
    return out


def weights(out):
    """All numbers of G and D in a row."""
    model = load(out)
    return torch.cat([each.flatten() for each in (model.G | model.D).values()])


def log(out):
    return [json.loads(line) for line in (out.with_suffix(".training") / "log.jsonl").open()]


@pytest.mark.long
def test_one_two_and_one_processes_after_another_train_as_one(folder, tmp_path):
    parts, whole = tmp_path / "parts.safetensors", tmp_path / "whole.safetensors"
    finish(start(folder, whole, 1, 0.384))
    reached = []
    for processes, kimg in ((1, 0.128), (2, 0.256), (1, 0.384)):
        said = finish(start(folder, parts, processes, kimg))
        assert said.count("32 images") <= 1  # one process speaks
        assert ("continuing" in said) == (kimg != 0.128)
        reached.append(weights(parts))
    # Of all weights together: Adam turns the rounding of a gradient near 0 into a whole step of that one weight.
    away, moved = (reached[2] - weights(whole)).norm(), (reached[2] - reached[0]).norm()
    assert away <= 1e-2 * moved
    assert [line["step"] for line in log(parts)] == [line["step"] for line in log(whole)] == [16, 32, 48]
    for found, expected in zip(log(parts), log(whole), strict=True):
        assert found["loss_D"] == pytest.approx(expected["loss_D"], rel=1e-3)


def children(process):
    """Its processes that train, in order of rank."""
    ids = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return [int(each) for each in ids]


def wait_for_state(out, process):
    while not (out.with_suffix(".training") / "state.safetensors").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("killed", [0, 1])
def test_when_one_process_is_killed_all_end_and_the_same_command_goes_on(folder, tmp_path, killed):
    out = tmp_path / "m.safetensors"
    process = start(folder, out, 2, 0.8)
    wait_for_state(out, process)
    os.kill(children(process)[killed], signal.SIGKILL)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 128 + signal.SIGKILL
    assert "run it again to continue" in said
    assert "Traceback" not in said
    assert not out.exists()
    assert "continuing at" in finish(start(folder, out, 2, 0.8))
    assert log(out)[-1]["step"] == 96


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("number", "whole"), [(signal.SIGINT, False), (signal.SIGTERM, True)])
def test_a_request_to_stop_stops_all_processes_at_the_same_step(folder, tmp_path, number, whole):
    out = tmp_path / "m.safetensors"
    process = start(folder, out, 2, 0.8)
    wait_for_state(out, process)
    os.kill(process.pid if whole else children(process)[1], number)
    _, said = process.communicate(timeout=100)
    assert process.returncode == 130
    stops = {line.split("stopped at ")[1] for line in said.splitlines() if "stopped at " in line}
    assert len(stops) == 1
    assert "Traceback" not in said
    at = float(next(iter(stops)).split()[0])
    assert f"continuing at {at:g} kimg" in finish(start(folder, out, 2, 0.8))


def test_a_number_of_processes_that_is_none_is_refused(folder, tmp_path):
    process = start(folder, tmp_path / "m.safetensors", "two", 0.1)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert (
        said == "gan-cocktail: $GAN_COCKTAIL_PROCESSES=two: expected the number of processes of a training, such as 2\n"
    )
