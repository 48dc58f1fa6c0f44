"""The real Snakefile from sources to tables and figures."""

import json
import math
import os
import re
import shutil
import signal
import time

import pandas as pd
import pytest
import yaml
from PIL import Image

from gan_cocktail import UnionGAN
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.plan.models import HUB
from tests.conftest import ROOT, TINY
from tests.integration.conftest import TOY

pytestmark = pytest.mark.slow
REST = ("the training", "interrupt")  # to be killed


def test_every_method_has_finite_numbers_for_every_domain(finished):
    rows = pd.read_csv(finished.folder / "results/tables/main.csv")
    assert set(rows["method"]) == set(TOY["methods"])
    for _, some in rows.groupby(["method", "kimg"]):
        assert sorted(some["domain"].unique()) == ["cat", "face", "mean", "union"]
        assert some["mean"].map(math.isfinite).all()
    budgets = rows.groupby("method")["kimg"].max()
    trained = ["ours", "scratch", "mixed"]
    assert set(budgets[trained]) == {0.128}
    assert set(rows[rows["method"] == "scratch"]["merging_kimg"]) == {0.032, 0.064, 0.096, 0.128}
    assert set(rows[rows["method"] == "ours"]["kimg"]) == {0.096, 0.128}
    assert set(rows["seeds"]) == {"0 1"}
    assert (rows["std"] > 0).all()
    measured = pd.read_csv(finished.folder / "results/tables/metrics.csv")
    assert {"precision", "recall", "purity", "diversity", "ppl"} == set(measured["metric"])
    paired = pd.read_csv(finished.folder / "results/tables/paired.csv")
    assert set(paired["method"]) == {"scratch", "mixed"}
    assert (paired["n"] == 2).all()
    markdown = (finished.folder / "results/tables/main.md").read_text()
    assert "GAN Cocktail (ours)" in markdown
    assert "nan" not in markdown.lower()


def test_figures_are_there_in_both_formats(finished):
    for name in ("methods_pair", "averages_pair", "applications_pair", "curves", "distances"):
        with Image.open(finished.folder / f"results/figures/{name}.png") as image:
            assert image.width > 200
        assert finished.read(f"results/figures/{name}.pdf").startswith(b"%PDF")


def test_the_report_holds_every_figure_and_the_machine(finished):
    page = (finished.folder / "results/report.html").read_text()
    assert page.count("<img") == 5
    for text in ("Undecided", "distance to the root", "brightness", "Parameters", "mixed", "CPU"):
        assert text.lower() in page.lower(), text


def test_rooting_brings_weights_near(finished):
    (model,) = json.loads(finished.read("results/distances/pair/seed0.json"))["models"]
    assert model["after"] < model["before"] / 100


def test_models_carry_what_made_them(finished):
    union = load(finished.folder / "results/unions/pair/ours/seed0.safetensors")
    assert union.network.c_dim == 2
    assert union.info["kind"] == "union"
    assert [parent["path"] for parent in union.info["parents"]] == [
        "results/averages/pair/rooted/seed0.safetensors",
        "results/synthetic/cat.zip",
        "results/synthetic/face.zip",
    ]
    evaluation = json.loads(finished.read("results/evaluation/pair/ours/seed0.json"))
    assert evaluation["info"]["extractor"]["name"] == "efficientnet_lite0"


def test_each_union_of_the_first_replicate_has_a_folder_for_the_hub(finished):
    unions = finished.folder / "results/unions/pair"
    assert sorted(path.parent.name for path in unions.glob("*/hub")) == ["mixed", "ours", "scratch"]
    for method in ("mixed", "ours", "scratch"):
        folder = unions / method / "hub"
        assert {path.name for path in folder.iterdir()} == set(HUB)
        assert (folder / "model.safetensors").read_bytes() == (unions / method / "seed0.safetensors").read_bytes()
    evaluation = json.loads(finished.read("results/evaluation/pair/ours/seed0.json"))
    fids = [row["mean"] for row in evaluation["rows"] if (row["domain"], row["metric"]) == ("union", "fid")]
    assert f"| union | {fids[-1]:.3g} |" in (unions / "ours/hub/README.md").read_text()
    assert UnionGAN.from_pretrained(str(unions / "ours/hub")).draw("face").shape == (1, 3, 32, 32)


def test_the_average_is_that_of_root_and_rooted(finished):
    root, rooted, average = (
        load(finished.folder / f"results/{name}.safetensors").G["synthesis.b8.conv0.weight"]
        for name in ("widened/pair/cat", "rooted/pair/face/seed0", "averages/pair/rooted/seed0")
    )
    assert (average - (root + rooted) / 2).abs().max() < 1e-6
    assert not (root == rooted).all()


def test_nothing_to_be_done_after_a_run(finished):
    assert "Nothing to be done" in finished.run("--dry-run")


@pytest.mark.parametrize(
    ("section", "key", "value", "rerun", "kept"),
    [
        ("figures", "dpi", 80, {"figure"}, {"samples", "finetune", "evaluate"}),
        ("merging", "kimg", 0.08, {"finetune", "evaluate"}, {"synthesize", "root", "widen"}),
        ("evaluation", "n_images", 70, {"evaluate", "tables"}, {"finetune", "root", "figure"}),
    ],
)
def test_a_changed_parameter_reruns_what_depends_on_it(finished, section, key, value, rerun, kept):
    params = json.loads(json.dumps(TOY))
    params[section][key] = value
    finished.write(params)
    try:
        plan = finished.plan()
    finally:
        finished.write(TOY)
    assert rerun <= plan
    assert not kept & plan


def test_figures_and_tables_need_no_model(project, finished):
    for name in ("evaluation", "samples", "distances", "applications"):
        shutil.copytree(finished.folder / "results" / name, project.folder / "results" / name)
    project.run("figures", "--rerun-triggers", "mtime")
    for path in ("results/tables/main.md", "results/tables/main.tex", "results/figures/curves.png"):
        assert project.read(path) == finished.read(path)
    assert not (project.folder / "results/unions").exists()


@pytest.mark.long
def test_the_toy_experiment_has_a_folder_of_its_own(project):
    shutil.copytree(ROOT / "experiments", project.folder / "experiments")
    project.run("--configfile", "experiments/tiny.yaml")
    assert "Nothing to be done" in project.run("--dry-run", "--configfile", "experiments/tiny.yaml")
    assert [path.name for path in (project.folder / "results").iterdir()] == ["tiny"]
    rows = pd.read_csv(project.folder / "results/tiny/tables/main.csv")
    assert set(rows["method"]) == {"ours", "transfergan", "average_rooted"}


def test_an_error_in_one_job_does_not_stop_the_others(project):
    project.write(TOY | {"methods": ["ours", "scratch"], "seeds": [0], "applications": None})
    project.run("results/averages/pair/rooted/seed0.safetensors", "results/synthetic/cat.zip")
    broken = project.folder / "results/averages/pair/rooted/seed0.safetensors"
    broken.write_bytes(b"broken")
    assert "expected a model, found a text file" in project.run(expect=1)  # the log of the failed job is shown
    assert (project.folder / "results/evaluation/pair/scratch/seed0.json").exists()


def test_a_wrong_key_stops_everything_with_the_right_name(project):
    project.write(TOY | {"rootng": {"kimg": 1}})
    assert "rootng: unknown key, did you mean 'rooting'?" in project.run("--dry-run", expect=1)


def test_inputs_that_do_not_fit_stop_everything_before_anything_runs(project):
    project.write(TOY | {"evaluation": {"features": "inception_v3"}})
    output = project.run(expect=1)
    assert "was made with efficientnet_lite0 features, but evaluation.features has inception_v3" in output
    assert not (project.folder / "results").exists()


def test_a_trained_source_can_be_named_as_a_model_where_it_lies(project):
    (project.folder / "results/sources").mkdir(parents=True)
    (project.folder / "resources/sources/cat/model.safetensors").rename(
        project.folder / "results/sources/cat.safetensors"
    )
    params = json.loads(json.dumps(TOY))
    params["sources"]["cat"]["model"] = "results/sources/cat.safetensors"
    project.write(params)
    assert "train_source" not in project.plan()


def test_numbers_in_short_scientific_form_are_numbers(project):
    text = (project.folder / "params.yaml").read_text() + "training: {learning_rate: 2e-3}\n"
    (project.folder / "params.yaml").write_text(text)
    assert '"learning_rate":0.002' in project.run("--dry-run", "--printshellcmds")


def test_a_missing_checkpoint_is_named(project):
    params = json.loads(json.dumps(TOY))
    params["sources"]["cat"]["model"] = "nowhere.safetensors"
    project.write(params)
    assert "nowhere.safetensors" in project.run("--dry-run", expect=1)


def test_a_source_given_as_a_dataset_is_trained_and_used(project):
    project.run("results/synthetic/cat.zip")
    (project.folder / "results/synthetic/cat.zip").rename(project.folder / "mine.zip")
    params = json.loads(json.dumps(TOY))
    params["sources"]["mine"] = {"dataset": "mine.zip"}
    params["mixtures"] = {"own": {"sources": ["cat", "mine"]}}
    params["methods"] = ["average_unrooted"]
    params["source_training"] = {"kimg": 0.032}
    project.write(params)
    project.run()
    rows = pd.read_csv(project.folder / "results/tables/main.csv")
    assert set(rows["domain"]) == {"cat", "mine", "mean", "union"}
    assert set(rows[rows["domain"] == "mine"]["reference"]) == {"real"}


def test_without_a_reference_the_source_s_own_images_serve_and_the_table_says_so(project):
    params = json.loads(json.dumps(TOY))
    params["sources"]["face"].pop("reference")
    params["methods"] = ["average_unrooted"]
    project.write(params)
    project.run("results/tables/main.md")
    rows = pd.read_csv(project.folder / "results/tables/main.csv")
    assert set(rows[rows["domain"] == "face"]["reference"]) == {"synthetic"}
    assert set(rows[rows["domain"] == "union"]["reference"]) == {"synthetic"}
    assert "synthetic images for face" in (project.folder / "results/tables/main.md").read_text()


@pytest.mark.parametrize("whom", ["everything", *(pytest.param(w, marks=pytest.mark.long) for w in REST)])
def test_killed_run_continues_to_the_same_weights(project, finished, whom):
    """kill -9 of Snakemake and its jobs, of a training alone, and Ctrl-C in a terminal."""
    target = "results/unions/pair/ours/seed0.safetensors"
    params = yaml.safe_load((project.folder / "params.yaml").read_text())
    state = project.folder / "results/unions/pair/ours/seed0.training/state.safetensors"
    process = project.begin(target)
    while not state.exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.005)
    if whom == "the training":
        training = [pid for pid in os.listdir("/proc") if pid.isdigit() and _is_finetune(pid, project.folder)]
        for pid in training:
            os.kill(int(pid), signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGKILL if whom == "everything" else signal.SIGINT)
    process.communicate()
    assert not (project.folder / target).exists()
    if whom == "everything":
        project.run("--unlock")
    output = project.run(target)
    assert "rule root:" not in output  # what was finished is not made again
    log = (project.folder / "results/logs/finetune/pair/ours/seed0.log").read_text()
    assert "continuing at" in log
    assert params == TOY
    assert project.read(target) == finished.read(target)


def _is_finetune(pid, folder):
    try:
        with open(f"/proc/{pid}/comm") as name:
            return name.read() == "gan-cocktail fi\n" and os.readlink(f"/proc/{pid}/cwd") == str(folder)
    except OSError:
        return False


def test_the_paper_s_experiment_plans_where_its_checkpoints_are(project):
    """A dry run: every job of the paper's setting has its inputs, budgets and the Inception extractor."""
    shutil.copytree(ROOT / "experiments", project.folder / "experiments")
    experiment = yaml.safe_load((project.folder / "experiments/paper.yaml").read_text())
    for source in experiment["sources"].values():
        save(Model.random(TINY, 0), project.folder / source["model"])
    arguments = ("--dry-run", "--printshellcmds", "--configfile", "experiments/paper.yaml")
    output = project.run(*arguments)
    trainings = [line for line in output.splitlines() if "gan-cocktail finetune" in line]
    trained = [m for m in experiment["methods"] if not m.startswith(("average_", "ensemble"))]
    assert len(trainings) == len(experiment["mixtures"]) * len(trained)
    assert all("--truncation-psi=1.0" in line and '"precision":"fp16"' in line for line in trainings)
    assert sum("--kimg 20000.0" in line for line in trainings) == 4  # four sources: 3 * 5000 + 5000 for the baselines
    assert "inception_v3" in output


def test_fresh_images_make_a_union_without_any_dataset(project):
    project.write(TOY | {"methods": ["ours"], "seeds": [0], "synthesis": {"mode": "fresh"}})
    project.run("results/unions/pair/ours/seed0.safetensors")
    assert not (project.folder / "results/synthetic").exists()
    union = load(project.folder / "results/unions/pair/ours/seed0.safetensors")
    assert [parent["path"] for parent in union.info["parents"][1:]] == [
        "resources/sources/cat/model.safetensors",
        "resources/sources/face/model.safetensors",
    ]


def test_a_class_and_a_folder_of_images_are_sources(project):
    """Planned, with the command lines; and what they do not allow is said once."""
    pets = Model.random(TINY.model_copy(update={"c_dim": 2}), 0)
    pets.classes, pets.info = ("cat", "small dog"), {}
    save(pets, project.folder / "pets.safetensors")
    box = project.folder / "data/my box"
    box.mkdir(parents=True)
    Image.new("RGB", (16, 16)).save(box / "0.png")
    sources = TOY["sources"] | {
        "dog": {"model": "pets.safetensors", "class": "small dog"},
        "box": {"images": "data/my box"},
    }
    mixture = {"sources": ["box", "dog", "cat"], "root": "cat"}
    methods = ["ours", "average_rooted", "ensemble"]
    project.write(TOY | {"sources": sources, "mixtures": {"m": mixture}, "methods": methods, "applications": None})
    output = project.run("--dry-run", "--printshellcmds")
    said = "mixtures.m: without ensemble: they need a model of every source, and of box there are images alone"
    assert output.count(said) == 1
    commands = re.findall(r"gan-cocktail \S+ .* > .*$", output, re.MULTILINE)

    def told(verb, *words):
        return [c for c in commands if c.split()[1] == verb and all(word in c for word in words)]

    assert len(told("synthesize", "'--class=small dog'")) == len(told("synthesize", "pets.safetensors")) == 1
    assert len(told("widen", "'--class=small dog'", "--leaf")) == len(told("widen", "--leaf")) == 1
    assert len(told("root", "'data/my box'")) == 2  # replicates
    assert len(told("finetune", "'data/my box'")) == 2
    assert len(told("reference", "'data/my box'", "--origin synthetic", "cat/model.safetensors")) == 1
    assert len(told("distances", "--images=box")) == 2
    assert not [c for c in commands if "ensemble" in c and "--method" in c]
