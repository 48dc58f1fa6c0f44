"""What merging takes: timed steps, what they are multiplied with, and budgets that fit a time."""

from dataclasses import replace

import pytest
import torch

from gan_cocktail import machine
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.experiment import scalar, text
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.measure import kinds
from gan_cocktail.inspecting.proposal import LONGEST, METHODS, SHORTEST, cost, fit, methods_for, propose
from gan_cocktail.inspecting.recipe import recipe
from gan_cocktail.inspecting.speed import fitting, speed
from gan_cocktail.inspecting.wording import duration, size, summary
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.plan.experiment import Plan
from tests.conftest import TINY

CPU = torch.device("cpu")
HOW = recipe(TINY, CPU)


@pytest.fixture
def cores(monkeypatch):
    """A machine of so many cores."""
    return lambda n: monkeypatch.setattr(machine, "facts", lambda: {"cores": str(n)})


@pytest.fixture
def files(tmp_path):
    for k, name in enumerate(("a", "b", "c")):
        save(Model.random(TINY, k), tmp_path / f"{name}.safetensors")
    return read_files([tmp_path / f"{name}.safetensors" for name in ("a", "b", "c")])


# The recipe


@pytest.mark.parametrize(("resolution", "batch"), [(16, 32), (64, 32), (128, 32), (256, 16), (512, 8), (1024, 4)])
def test_the_recipe_follows_from_the_size(resolution, batch):
    found = recipe(TINY.model_copy(update={"img_resolution": resolution}), CPU)
    assert found.batch_size == batch
    assert found.r1_gamma == pytest.approx(0.0002 * resolution**2 / batch, rel=1e-3)
    assert found.ema_kimg == pytest.approx(10 * batch / 32)
    assert found.precision != "fp16"
    assert bool(found.path_length_weight) == bool(found.style_mixing) == (resolution > 32)


@pytest.mark.parametrize("group", [1, 2, 3, 4, 5, 6, 8, 12, 32, None])
@pytest.mark.parametrize("wanted", [4, 8, 32])
def test_batches_fit_the_groups_of_the_minibatch_deviation(group, wanted):
    batch = fitting(TINY.model_copy(update={"mbstd_group_size": group}), wanted)
    assert batch >= wanted
    assert batch % 4 == batch % min(group or batch, batch) == 0


def test_on_a_gpu_fp16_needs_a_clamp():
    gpu = torch.device("cuda")
    assert recipe(TINY, gpu).precision == "bf16"
    assert recipe(TINY.model_copy(update={"conv_clamp": 256.0}), gpu).precision == "fp16"


# Timing


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"r1_gamma": 0}, {"plain": 1}),
        ({"r1_gamma": 1, "r1_interval": 16}, {"plain": 15 / 16, "r1": 1 / 16}),
        ({"path_length_weight": 2}, {"plain": 3 / 4, "path_length": 3 / 16, "r1+path_length": 1 / 16}),
        ({"r1_interval": 1}, {"r1": 1}),
    ],
)
def test_each_kind_of_step_counts_by_its_share(settings, expected):
    assert {kind: share for kind, (_, share) in kinds(TrainingParams(**settings)).items()} == expected


def test_real_steps_are_timed_in_a_process_of_their_own(files):
    """A conditional model with penalties of both kinds."""
    how = HOW.model_copy(update={"batch_size": 8, "path_length_weight": 2.0})
    found = speed(files[0].path, TINY, how, 300)
    assert (found.device, found.batch, found.at_least) == ("cpu", 8, False)
    assert found.step > 0
    assert found.drawing > 0
    assert found.memory > 50e6
    assert 16 * 16 < found.png < 16 * 16 * 3 + 200


def test_a_model_of_classes_is_timed_too(tmp_path):
    network = TINY.model_copy(update={"c_dim": 3})
    save(Model.random(network, 0), tmp_path / "m.safetensors")
    assert speed(tmp_path / "m.safetensors", network, HOW, 300).step > 0


def test_what_cannot_be_timed_says_why(files, tmp_path):
    with pytest.raises(
        CocktailError, match=r"not measured: one step of 4 images takes more than 1e-06 seconds; give more"
    ):
        speed(files[0].path, TINY, HOW, 1e-6)
    with pytest.raises(CocktailError, match="no such file"):
        speed(tmp_path / "none", TINY, HOW, 60)


def lines(batch, held, **timed):
    """What the measuring process tells: of each kind of step (seconds, peak)."""
    return [{"batch": batch, "kind": k, "seconds": t, "held": held, "peak": peak} for k, (t, peak) in timed.items()]


@pytest.mark.parametrize(
    ("told", "step", "memory", "batch", "at_least"),
    [
        (lines(4, 100, plain=(1, 150), r1=(3, 200)), 2 * (15 + 3) / 16, 300, 4, False),
        (lines(4, 100, plain=(1, 150), r1=(3, 200)) + lines(8, 110, plain=(9, 400)), 2 * (15 + 3) / 16, 300, 4, False),
        (
            lines(4, 100, plain=(9, 900), r1=(9, 900)) + lines(8, 100, plain=(1, 200), r1=(5, 250)),
            20 / 16,
            250,
            8,
            False,
        ),
        (lines(4, 100, plain=(1, 150)), 2, 200, 4, True),
    ],
    ids=["scaled", "the recipe's own is cut short", "the recipe's own", "no penalty was timed"],
)
def test_what_was_timed_in_time_is_made_the_most_of(files, monkeypatch, told, step, memory, batch, at_least):
    start = [{"ready": "cpu", "here": 1000}, {"drawing": 0.1, "png": 10}]
    monkeypatch.setattr("gan_cocktail.inspecting.speed._ask", lambda request, seconds: (start + told, ""))
    found = speed(files[0].path, TINY, HOW.model_copy(update={"batch_size": 8}), 1)
    assert (found.step, found.memory, found.batch, found.at_least) == (pytest.approx(step), memory, batch, at_least)


def test_a_process_that_died_is_said_to_have(files, monkeypatch):
    monkeypatch.setattr("gan_cocktail.inspecting.speed.sys.executable", "/bin/false")
    with pytest.raises(CocktailError, match="its process ended with code 1"):
        speed(files[0].path, TINY, HOW, 60)


# Costs


def test_costs_are_of_all_trainings_and_of_the_longest_chain(files, cores, timed):
    how = HOW.model_copy(update={"batch_size": 20})
    cores(1)
    still = replace(timed, drawing=0)
    alone = cost(propose(files, "a", how, 9, ["ours"]), files[0], still)
    assert alone.kimg == 27  # two are rooted, and then merged
    assert alone.hours == pytest.approx(27 * 50 * 0.02 / 3600)
    cores(2)
    assert cost(propose(files, "a", how, 9, ["ours"]), files[0], still).hours == pytest.approx(18 * 50 * 0.02 / 3600)
    cores(100)
    both = cost(propose(files, "a", how, 9, ["ours", "transfergan"]), files[0], still)
    assert both.kimg == 54  # transfergan is trained for as long
    assert both.hours == pytest.approx(27 * 50 * 0.02 / 3600)
    gpu = cost(propose(files, "a", how, 9, ["ours"]), files[0], replace(still, device="cuda"))
    assert (gpu.side_by_side, gpu.hours) == (1, pytest.approx(27 * 50 * 0.02 / 3600))


def test_images_count_in_time_disk_and_memory(files, cores, timed):
    cores(1)
    one, other = (cost(propose(files, "a", HOW, kimg, ["average_unrooted"]), files[0], timed) for kimg in (3, 6))
    assert one.kimg == 0
    assert one.images == 3 * 1000 * 3 * 16 * 16
    assert other.drawn - one.drawn == 3 * 1000
    assert other.hours - one.hours == pytest.approx(3000 * timed.drawing / 3600)
    assert other.disk - one.disk == pytest.approx(3000 * timed.png)


def test_more_memory_than_there_is_is_said(files, timed):
    params = propose(files, "a", HOW, 3, ["ours"])
    usual, huge = (cost(params, files[0], replace(timed, memory=memory)) for memory in (9e9, 2e10))
    assert "more memory than there is" not in "".join(summary(usual, timed))
    assert "more memory than there is" in "".join(summary(huge, timed))


def test_more_methods_and_seeds_take_more_disk(files, timed):
    few, more = (cost(propose(files, "a", HOW, 3, m), files[0], timed) for m in (["ours"], ["ours", "transfergan"]))
    assert more.disk > few.disk


@pytest.mark.parametrize("hours", [0.05, 0.3, 2])
def test_a_budget_fits_the_time_and_a_tenth_more_would_not(files, cores, timed, hours):
    cores(2)
    methods = methods_for(files, "a", HOW)
    kimg = fit(files, files[0], HOW, methods, timed, hours)
    assert SHORTEST < kimg < LONGEST

    def taken(k):
        return cost(propose(files, "a", HOW, k, methods), files[0], timed).hours

    assert taken(kimg) <= hours < taken(kimg * 1.12)


def test_budgets_have_bounds(files, timed):
    assert fit(files, files[0], HOW, ["ours"], replace(timed, step=1e4), 1) == SHORTEST
    assert fit(files, files[0], HOW, ["ours"], replace(timed, step=1e-9, drawing=0), 1000) == LONGEST


@pytest.mark.parametrize(("kimg", "expected"), [(0.5, 0.05), (30, 3), (1000, 10)])
def test_the_moving_average_is_short_where_the_budget_is(files, kimg, expected):
    assert propose(files, "a", HOW, kimg, ["ours"]).training.ema_kimg == expected


# The file


def test_the_file_holds_the_proposal_and_passes_the_checks(files, tmp_path, timed):
    params = propose(files, "b", recipe(TINY.model_copy(update={"img_resolution": 256}), CPU), 12.5, METHODS)
    took = cost(params, files[1], timed)
    written = text(tmp_path / "x.yaml", params, files, files[1], took, timed)
    found = parse_section(Params, read_yaml(written, "x"), "x")
    assert found == params
    check_inputs(Plan(found))
    assert max(map(len, written.replace(str(tmp_path), "").splitlines())) <= 120


def test_names_and_paths_that_yaml_would_misread_are_quoted(tmp_path, timed):
    folder = tmp_path / "my: files #1 [x], 'y' \"z\" größe"
    folder.mkdir()
    names = ["null", "yes", "1e3", "0x1F", "a"]
    paths = [folder / f"{k}.safetensors" for k in range(5)]
    for path in paths:
        save(Model.random(TINY, 0), path)
    files = read_files(paths, names)
    params = propose(files, "1e3", HOW, 1, ["ours"])
    written = text(tmp_path / "x.yaml", params, files, files[2], cost(params, files[2], timed), timed)
    assert parse_section(Params, read_yaml(written, "x"), "x") == params
    assert list(params.sources) == names


def test_directions_are_found_in_fewer_images_where_each_takes_long(tmp_path, files, timed):
    """And the time that they take is counted."""
    large = TINY.model_copy(update={"img_resolution": 256, "channel_base": 512, "channel_max": 8})
    save(Model.random(large, 0), tmp_path / "large.safetensors")
    mixed = [*files, *read_files([tmp_path / "large.safetensors"])]
    small, big = (propose(mixed, root, HOW, 3, ["ours"]) for root in ("a", "large"))
    assert (small.applications.n_images, big.applications.n_images) == (2000, 500)
    written = text(tmp_path / "x.yaml", big, mixed, mixed[-1], cost(big, mixed[-1], timed), timed)
    assert "applications:\n  n_images: 500 " in written
    drawn = [cost(params, mixed[-1], timed).drawn for params in (small, big)]
    assert drawn[0] - drawn[1] == 1500 + 4 * 27 * 150


@pytest.mark.parametrize("value", ["a", "on", "12", "x: y", ["a", "null"], "é" * 200])
def test_a_scalar_is_one_line_of_yaml(value):
    assert read_yaml(scalar(value), "x") == value
    assert "\n" not in scalar(value)


def test_the_average_of_sources_as_they_are_needs_equal_networks(files, tmp_path):
    assert "average_unrooted" in methods_for(files, "a", HOW)
    save(Model.random(TINY.model_copy(update={"channel_max": 8}), 0), tmp_path / "narrow.safetensors")
    unlike = [*files, *read_files([tmp_path / "narrow.safetensors"])]
    assert methods_for(unlike, "a", HOW) == [m for m in METHODS if m != "average_unrooted"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (duration(0), "0.1 minutes"),
        (duration(0.5), "30 minutes"),
        (duration(3), "3 hours"),
        (duration(72), "3 days"),
        (size(999), "999 bytes"),
        (size(1234), "1.23 kB"),
        (size(6e9), "6 GB"),
        (size(5e15), "5e+03 TB"),
    ],
)
def test_costs_in_units_that_suit_them(said, expected):
    assert said == expected
