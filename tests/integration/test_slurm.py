"""The pipeline on a real SLURM of one node: what arrives there, what comes back, and what a failure leaves."""

import importlib.util
import signal
import time
from pathlib import Path

import psutil
import pytest

from gan_cocktail.checks import networks
from gan_cocktail.jobs import jobs, outputs
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.plan.needs import Needs
from tests.integration.repository import PARAMS, STAND_IN, Repository, assert_clean, copy
from tests.integration.slurm import Slurm, missing
from tests.test_profiles import SETTING

LACKING = missing() or (
    "" if importlib.util.find_spec("snakemake_executor_plugin_slurm") else "pip install 'gan-cocktail[cluster]'"
)
pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.slurm, pytest.mark.skipif(bool(LACKING), reason=LACKING)]

PAIR = {name: PARAMS["sources"][name] for name in ("cat", "face")}
TOY = PARAMS | {"sources": PAIR, "mixtures": {"pair": {"sources": list(PAIR)}}, "methods": ["ours"]}
PROFILE = (  # and what it lacks on loopback: no accounts, and no time to wait
    *("--profile", "profiles/slurm", "--slurm-no-account", "--slurm-status-command=squeue"),
    *("--slurm-init-seconds-before-status-checks=2", "--latency-wait=5"),
)
GREEDY = """\
#!/bin/sh
test "$1" = widen && python3 -c 'import time; held = b"x" * 1_500_000_000; time.sleep(4)'
exec {verbs}/gan-cocktail "$@"
"""
BROKEN = """\
#!/bin/sh
echo "the disk is full of cats" >&2
exit 2
"""


@pytest.fixture(scope="module")
def slurm(tmp_path_factory):
    """Up while this module's tests run; the commands of all that they start find it."""
    slurm = Slurm(tmp_path_factory.mktemp("slurm"))
    with pytest.MonkeyPatch.context() as patch:
        try:
            slurm.start()
            for name, value in slurm.environment.items():
                patch.setenv(name, value)
            yield slurm
        finally:
            slurm.stop()


@pytest.fixture(scope="module")
def start(tmp_path_factory):
    """A repository without results."""
    return Repository.new(tmp_path_factory.mktemp("start") / "my project", TOY).folder


@pytest.fixture
def repository(start, tmp_path):
    """A copy of it; what a test that failed left running there is killed."""
    copy(start, tmp_path / "my project")
    repository = Repository(tmp_path / "my project")
    yield repository
    for child in psutil.Process().children():
        if Path(child.cwd()) == repository.folder:
            child.kill()


def with_verbs(repository, script):
    """An environment in which the verbs are this shell script."""
    folder = repository.folder.parent / "verbs"
    folder.mkdir()
    (folder / "gan-cocktail").write_text(script.format(verbs=STAND_IN))
    (folder / "gan-cocktail").chmod(0o755)
    return {"PATH": f"{folder}:{repository.environment['PATH']}"}


def running(slurm, process, n=1):
    """Wait until so many of its jobs run; their numbers."""
    while True:
        found = [job["JobId"] for job in slurm.jobs() if job["JobState"] == "RUNNING"]
        if len(found) >= n:
            return found
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.2)


def test_every_job_goes_through_slurm_with_what_it_needs_and_dvc_agrees(slurm, repository):
    before = len(slurm.jobs())
    repository.snakemake(*PROFILE, environment=with_verbs(repository, GREEDY))
    plan = Plan(Params.model_validate(TOY))
    assert all((repository.folder / path).is_file() for path in outputs(plan))
    found = slurm.jobs()[before:]
    failed = [job for job in found if job["JobState"] != "COMPLETED"]
    assert [job["Comment"] for job in failed] == [job["Comment"] for job in failed if "rule_widen" in job["Comment"]]
    assert len(failed) == 2  # too little memory for those
    assert len(found) == len(jobs(plan)) + 2

    needs = _needs()
    finetune, widen = needs.finetune("pair", "ours"), needs.widen("cat")
    asked = {(job["Comment"], job["MinMemoryNode"], job["TimeLimit"]) for job in found}
    assert ("rule_finetune_wildcards_pair_ours_0", *_form(finetune)) in asked
    for attempt in (1, 2):
        assert ("rule_widen_wildcards_pair_cat", *_form(widen, attempt)) in asked
    assert ("rule_widen_wildcards_pair_cat", *_form(widen, 3)) not in asked
    assert_clean(repository)


def _needs():
    plan = Plan(Params.model_validate(TOY))
    return Needs(plan, networks(plan))


def _form(need, attempt=1):
    """Memory and time as `scontrol show job` writes them."""
    hours, minutes = divmod(need.runtime(attempt), 60)
    return f"{need.mem_mb(attempt)}M", f"{hours:02}:{minutes:02}:00"


def test_what_a_failed_job_said_reaches_the_user(slurm, repository):
    environment = with_verbs(repository, BROKEN)
    output = repository.snakemake(
        *PROFILE, "--retries=0", "results/synthetic/cat.zip", expect=1, environment=environment
    )
    assert "the disk is full of cats" in output
    assert not (repository.folder / "results/synthetic/cat.zip").exists()


def test_ctrl_c_cancels_the_jobs_and_the_same_command_goes_on(slurm, repository):
    target, first = "results/rooted/pair/face/seed0.safetensors", "results/widened/pair/cat.safetensors"
    repository.snakemake(*PROFILE, first)
    assert repository.made() == [first]
    command = ("snakemake", *PROFILE, target)
    process = repository.start(*command, environment={"STAND_IN_SECONDS": "60"})
    running(slurm, process)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode != 0
    while any(job["JobState"] in ("RUNNING", "PENDING", "COMPLETING") for job in slurm.jobs()):
        time.sleep(0.2)
    assert repository.made() == []
    repository.run(*command)
    assert set(repository.made()) == {"results/synthetic/face.zip", target}
    assert repository.status().isdisjoint({"synthesize.face", "root.pair.face.0", "widen.pair.cat"})


def test_a_preempted_job_waits_and_begins_again(slurm, repository):
    target = "results/synthetic/cat.zip"
    process = repository.start("snakemake", *PROFILE, target, environment={"STAND_IN_SECONDS": "5"})
    (job,) = running(slurm, process)
    while not repository.events():
        time.sleep(0.2)
    slurm.said("scontrol", "requeue", job)
    while "PENDING" not in slurm.said("squeue", "--noheader", "--format=%T", f"--job={job}"):
        time.sleep(0.2)
    slurm.said("scontrol", "update", f"JobId={job}", "StartTime=now")  # else in two minutes
    output, _ = process.communicate()
    assert process.returncode == 0, output
    (again,) = (found for found in slurm.jobs() if found["JobId"] == job)
    assert (again["JobState"], again["Restarts"]) == ("COMPLETED", "1")
    assert repository.made() == [target]


def test_steps_that_compute_on_a_gpu_get_one_and_others_do_not(slurm, repository):
    profile = repository.folder / "profiles/slurm/config.yaml"
    before, key, gpus = profile.read_text().partition("#set-resources")
    profile.write_text(before + SETTING.sub("", key + gpus))
    repository.snakemake(*PROFILE, "results/widened/pair/cat.safetensors", "results/synthetic/cat.zip")
    drawn, widened = sorted(slurm.jobs()[-2:], key=lambda job: job["Comment"])
    assert (drawn["Partition"], drawn["TresPerJob"]) == ("GPU_PARTITION", "gres:gpu:1")
    assert (widened["Partition"], "TresPerJob" in widened) == ("toy", False)
    assert drawn["JobState"] == widened["JobState"] == "COMPLETED"


def test_dvc_repro_submits_its_jobs_too(slurm, repository):
    profile, before = repository.folder / "profiles/slurm/config.yaml", len(slurm.jobs())
    profile.write_text(profile.read_text() + "slurm-no-account: true\nslurm-status-command: squeue\n")
    repository.planned()  # writes dvc.yaml
    repository.dvc("repro", "synthesize.cat", environment={"SNAKEMAKE_PROFILE": "profiles/slurm"})
    assert [job["Comment"] for job in slurm.jobs()[before:]] == ["rule_synthesize_wildcards_cat"]
    assert repository.made() == ["results/synthetic/cat.zip"]
    assert "synthesize.cat" not in repository.status()


def test_a_training_that_slurm_ends_saves_its_state_and_continues(slurm, repository):
    """As it ends jobs at Ctrl-C, at the end of their time, and when others go first: SIGTERM, then SIGKILL."""
    repository.stand_in, target = False, "results/rooted/pair/face/seed0.safetensors"
    repository.set("rooting.kimg", 1)
    folder = repository.folder / target.replace(".safetensors", ".training")
    process = repository.start("snakemake", *PROFILE, target)
    while not (folder / "log.jsonl").exists():
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.1)
    (job,) = running(slurm, process)
    slurm.said("scancel", job)
    process.communicate()  # Snakemake takes it for a failure, and tries again
    assert process.returncode == 0
    assert "continuing at" in (repository.folder / "results/logs/root/pair/face/seed0.log").read_text()
    again = slurm.jobs()[-1]
    assert (again["JobState"], again["MinMemoryNode"]) == ("COMPLETED", _form(_needs().root("pair"), 2)[0])
