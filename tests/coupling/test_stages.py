"""dvc.yaml says what the pipeline is: nothing can drift."""

import hashlib
import re
from dataclasses import replace

import pytest
import yaml

from gan_cocktail.checkpoints.conditioning import widen
from gan_cocktail.checkpoints.model import load, save
from gan_cocktail.jobs import jobs
from tests.conftest import ROOT
from tests.integration.repository import PARAMS, Repository
from tests.test_jobs import plan_of
from workflow.coupling import stages

CAT = ROOT / "resources/sources/cat/model.safetensors"
LEAVES = {
    "seed": 1,
    "fisher.n_images": 20,
    "merging.points": 3,
    "variants.mine.ewc": {"mapping": 2, "synthesis": 2, "discriminator": 2},
    "synthesis.n_images": 61,
    "training.batch_size": 20,
    "rooting.kimg": 0.08,
    "merging.kimg": 0.08,
    "evaluation.n_images": 61,
    "figures.columns": 2,
    "figures.dpi": 80,
    "methods": ["average_rooted", "ours"],
    "mixtures.pair.root": "face",
}


def committed(name):
    return yaml.safe_load((ROOT / name).read_text())


def test_dvc_yaml_is_written_from_params_yaml():
    written = committed("params.yaml")
    assert committed("dvc.yaml") == stages._document(plan_of(), written)


@pytest.mark.parametrize("rule", ["tables", "figure", "curves", "report_distances"])
def test_what_tables_and_figures_are_drawn_from_is_in_git(rule):
    """A clone draws them in seconds, without a model."""
    declared = committed("dvc.yaml")["stages"].values()
    outs = [out for stage in declared for kind in ("outs", "plots", "metrics") for out in stage.get(kind, [])]
    in_git = {path for out in outs if isinstance(out, dict) for path, kept in out.items() if kept["cache"] is False}
    read = {path for job in jobs(plan_of()) if job.rule == rule for path in job.inputs}
    assert read
    assert read <= in_git


def test_the_lock_is_of_the_committed_results():
    """The bytes in git are those whose hashes DVC has, for the stages of dvc.yaml and no others."""
    locked, declared = committed("dvc.lock")["stages"], committed("dvc.yaml")["stages"]
    assert set(locked) == set(declared)
    outs = [out for stage in locked.values() for out in stage["outs"]]
    here = [out for out in outs if (ROOT / out["path"]).is_file()]
    assert {out["path"] for out in here} >= {
        path for job in jobs(plan_of()) if job.rule == "tables" for path in job.outputs
    }
    for out in here:
        assert hashlib.md5((ROOT / out["path"]).read_bytes()).hexdigest() == out["md5"], out["path"]
    for dep in (dep for name, stage in locked.items() if name != "sync" for dep in stage["deps"]):
        produced = {out["path"]: out["md5"] for out in outs}
        assert produced.get(dep["path"], dep["md5"]) == dep["md5"]


def test_the_lock_is_of_the_committed_parameters():
    written = committed("params.yaml")
    for stage in committed("dvc.lock")["stages"].values():
        for key, value in stage.get("params", {}).get("params.yaml", {}).items():
            found = written
            for part in key.split("."):
                found = found[part]
            assert found == value, key


@pytest.fixture(scope="module")
def repository(resident, tmp_path_factory):
    return Repository.new(tmp_path_factory.mktemp("stages") / "project")


def plan_of_snakemake(repository):
    """What Snakemake would do from nothing: by first output, the rule, its inputs, outputs and command."""
    text = repository.snakemake("--dry-run", "--forceall", "--printshellcmds")
    found = {}
    for block in re.split(r"\n(?=(?:local)?rule )", text)[1:]:
        rule = re.match(r"(?:local)?rule (\w+):", block).group(1)
        fields = dict(re.findall(r"^    (input|output): (.*)$", block, re.MULTILINE))
        if rule not in {"all"}:
            shell = re.search(r"^gan-cocktail .*$", block, re.MULTILINE) or re.search(r"gan-cocktail .*", block)
            paths = {kind: fields[kind].split(", ") for kind in ("input", "output")}
            found[paths["output"][0]] = (rule, paths["input"], paths["output"], shell.group(0))
    return found


EVERY = ["ours", "transfergan", "scratch", "ewc", "freezed", "rooted_only", "average_unrooted_tuned"]
MINE = {
    "mine": {"method": "ewc", "ewc": {"mapping": 1, "synthesis": 1, "discriminator": 1}},
    "near": {"method": "ours", "merge": "own_embeddings", "consistency": {"weight": 1}},
    "kept": {"method": "ours", "merge": "root_discriminator"},
    "weighed": {"method": "average_rooted", "merge": {"way": "fisher", "weights": [0.25, 0.75]}},
    "lined_up": {"method": "average_unrooted", "merge": {"way": "dare", "drop": 0.25}},
    "known": {"method": "average_unrooted_tuned", "merge": "fisher"},
}
UNTRAINED = ["average_rooted", "average_unrooted", "ensemble"]
VARIANTS = [
    {},
    {"methods": [*EVERY, *MINE, *UNTRAINED], "variants": MINE, "seeds": [3, 5]},
    {"synthesis": PARAMS["synthesis"] | {"mode": "fresh"}},
    {
        "mixtures": {
            "three": {"sources": ["flower", "cat", "face"], "root": "face"},
            "b": {"sources": ["cat", "flower"]},
        }
    },
    {
        "sources": PARAMS["sources"] | {"mine": {"dataset": "README.md"}},
        "mixtures": {"m": {"sources": ["cat", "mine"]}},
    },
    {
        "sources": PARAMS["sources"] | {c: {"model": "union.safetensors", "class": c} for c in ("dog", "car")},
        "mixtures": {"m": {"sources": ["dog", "cat", "car"], "root": ["dog", "car"]}},
        "methods": ["ours", "ours_plus", "ewc", "mine", "average_rooted", "average_unrooted", "ensemble"],
        "variants": {"mine": MINE["near"]},
    },
    {
        "sources": PARAMS["sources"]
        | {c: {"model": "bare.safetensors", "class": c, "discriminator_kimg": 0.064} for c in ("dog", "car")},
        "mixtures": {
            "two": {"sources": ["dog", "cat", "car"], "root": ["dog", "car"]},
            "one": {"sources": ["cat", "dog"], "root": "dog"},
        },
    },
]


@pytest.mark.slow
@pytest.mark.parametrize("change", VARIANTS)
def test_stages_are_snakemake_s_jobs(repository, change):
    (repository.folder / "README.md").touch()
    union = widen(load(CAT), ["dog", "car"], 0, 0)
    save(union, repository.folder / "union.safetensors")
    save(replace(union, D={}), repository.folder / "bare.safetensors")
    repository.write(PARAMS | change)
    snakemake = plan_of_snakemake(repository)
    document = yaml.safe_load((repository.folder / "dvc.yaml").read_text())["stages"]
    dvc = {stage["cmd"].split()[-1]: stage for name, stage in document.items() if name != "sync"}
    assert dvc.keys() == snakemake.keys()
    for target, (rule, inputs, outputs, _) in snakemake.items():
        outs = [
            path
            for kind in ("outs", "plots")
            for out in dvc[target].get(kind, [])
            for path in ([out] if isinstance(out, str) else out)
        ]
        assert set(outs) == set(outputs)
        assert set(dvc[target]["deps"]) == {f"workflow/code/{rule}.txt", *inputs}
        assert dvc[target]["cmd"] == f"snakemake --allowed-rules {rule} -- {target}"


METHODS = ["ours", "transfergan", "mine", "average_rooted", "average_unrooted", "ensemble"]
UNCHANGED = PARAMS | {"methods": METHODS, "variants": MINE}


@pytest.fixture(scope="module")
def unchanged(repository):
    """What Snakemake would do before any change, and the stages of that."""
    repository.write(UNCHANGED)
    return plan_of_snakemake(repository), yaml.safe_load((repository.folder / "dvc.yaml").read_text())["stages"]


@pytest.mark.slow
@pytest.mark.parametrize("leaf", LEAVES)
def test_a_stage_s_params_are_those_that_change_its_command(repository, unchanged, leaf):
    before, document = unchanged
    covered = {
        stage["cmd"].split()[-1]
        for name, stage in document.items()
        if name != "sync" and any(leaf == key or leaf.startswith(f"{key}.") for key in stage["params"])
    }
    repository.write(UNCHANGED)
    repository.set(leaf, LEAVES[leaf])
    after = plan_of_snakemake(repository)
    changed = {target for target in before if target in after and before[target][3] != after[target][3]}
    assert changed
    rewired = {t for t in before if t in after and before[t][1] != after[t][1]}  # dvc.yaml itself tells of these
    assert changed - rewired <= covered
    if not leaf.startswith(("mixtures", "methods", "variants")):  # those are tracked whole
        assert covered == changed
