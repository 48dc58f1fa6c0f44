"""Snakemake and DVC as one: each case on the real Snakefile, with verbs that are quick and log what they do."""

import contextlib
import json
import os
import shutil
import signal
import time

import pytest

from tests.integration.repository import PARAMS, REPRO_LONG, assert_clean, kill, started

pytestmark = pytest.mark.slow
REPORT = "results/report.html"
GRIDS = {"results/figures/methods_pair.png", "results/figures/averages_pair.png"}
FIGURES = GRIDS | {"results/figures/curves.png", "results/tables/distances.csv"}  # of each job the first output
DRAWN = ("results/tables/", "results/figures/", REPORT)  # of what git has, in seconds
OURS = "results/unions/pair/ours/seed0.safetensors"


# The cases, in order


def test_1_and_2_what_one_engine_made_the_other_takes(fresh):
    fresh.snakemake()
    made = fresh.made()
    assert OURS in made
    assert_clean(fresh)


def test_2_after_dvc_snakemake_has_nothing_to_do(fresh):
    fresh.repro()
    assert OURS in fresh.made()
    assert_clean(fresh)


@pytest.mark.parametrize("engine", REPRO_LONG)
@pytest.mark.parametrize(
    ("key", "value", "made", "kept"),
    [
        ("figures.dpi", 80, FIGURES, set()),
        ("merging.kimg", 0.08, {OURS}, {"results/rooted/pair/face/seed0.safetensors"}),
    ],
)
def test_3_and_4_a_parameter_reruns_what_it_concerns(done, engine, key, value, made, kept):
    done.set(key, value)
    getattr(done, engine)()
    found = set(done.made())
    assert made <= found
    assert not kept & found
    if key == "figures.dpi":
        assert found == FIGURES | {REPORT}
    assert not any("average_rooted" in path for path in found)
    assert_clean(done)


def test_5_a_reverted_parameter_is_restored(done):
    before = done.contents()
    done.set("merging.kimg", 0.08)
    done.snakemake()
    assert done.contents() != before
    done.made()
    done.set("merging.kimg", 0.064)
    done.repro()
    assert all(path.startswith(DRAWN) for path in done.made())  # all else DVC's run cache has
    assert done.contents() == before
    assert_clean(done)


@pytest.mark.parametrize("records", ["kept", "lost"])
def test_6_a_checkout_is_recognised(done, records):
    before = done.contents()
    shutil.rmtree(done.folder / "results")
    if records == "lost":
        shutil.rmtree(done.folder / ".snakemake")
    done.git("checkout", "--", "results")
    done.dvc("checkout")
    assert done.planned() == {"figure", "curves", "report_distances", "report"}
    done.snakemake()
    assert done.contents() == before
    assert_clean(done)


def test_6_a_checkout_of_other_parameters_is_not_taken_for_these(done):
    done.set("merging.kimg", 0.08)
    done.snakemake()
    done.made()
    expected = done.contents()
    done.git(
        "checkout", "--", "dvc.lock", "results"
    )  # back to what was made of 0.064, but Snakemake's record says 0.08
    done.dvc("checkout")
    assert done.contents() != expected
    assert "finetune" in done.planned()
    done.snakemake()
    assert OURS in done.made()
    assert done.contents() == expected
    assert_clean(done)


def test_7_a_fresh_clone_reproduces_and_a_pulled_one_draws_alone(done, tmp_path):
    done.dvc("remote", "add", "--default", "here", str(tmp_path / "shared folder"))
    done.commit("remote")
    done.dvc("push")
    clone = done.clone(tmp_path / "clone")
    tables = (clone.folder / "results/tables/main.md").read_bytes()
    assert {"finetune", "root", "synthesize"} <= clone.planned()  # tables alone are no reproduction
    # figures are drawn from the grids and numbers in git: no model is needed
    assert clone.planned("figures") == {"figure", "curves", "report_distances", "figures"}
    clone.set("figures.dpi", 80)
    clone.snakemake("figures")
    assert set(clone.made()) == FIGURES
    clone.git("checkout", "--", ".")
    clone.dvc("pull")
    assert clone.planned() == {"figure", "curves", "report_distances", "report"}
    clone.snakemake()
    assert_clean(clone)
    assert clone.contents() == done.contents()
    assert (clone.folder / "results/tables/main.md").read_bytes() == tables


def test_7_a_fresh_clone_makes_the_same_from_nothing(done, tmp_path):
    clone = done.clone(tmp_path / "clone")
    clone.snakemake()
    assert OURS in clone.made()
    assert clone.contents() == done.contents()
    assert_clean(clone)


# 8: kills


@pytest.mark.parametrize("engine", REPRO_LONG)
@pytest.mark.parametrize("whom", ["everything", pytest.param("interrupt", marks=pytest.mark.long)])
def test_8_what_a_killed_snakemake_has_finished_is_neither_lost_nor_redone(fresh, whom, engine):
    process = started(fresh, "snakemake", "--cores", "2", events=7)
    kill(process, whom)
    running = {e["output"] for e in fresh.events()[-4:]}  # and what ended in the moment of the kill
    fresh.seen = 0
    finished = set(fresh.made()) - running
    assert finished
    if whom == "everything":
        told = fresh.run(*{"snakemake": ["snakemake"], "repro": ["dvc", "repro"]}[engine], expect=None)
        assert "--unlock" in told
        fresh.snakemake("--unlock")
    getattr(fresh, engine)()
    assert not finished & set(fresh.made())
    assert_clean(fresh)


@pytest.mark.parametrize("engine", REPRO_LONG)
@pytest.mark.parametrize("whom", ["everything", pytest.param("engine", marks=pytest.mark.long)])
def test_8_what_a_killed_dvc_has_finished_is_neither_lost_nor_redone(fresh, whom, engine):
    process = started(fresh, "dvc", "repro", events=4)
    kill(process, whom)
    if whom == "engine":  # the job goes on without DVC, and ends
        while sum('"end"' in line for line in fresh.log.read_text().splitlines()) < 4:
            time.sleep(0.1)
        time.sleep(3)
    else:
        fresh.snakemake("--unlock")
    finished = set(fresh.made())
    assert len(finished) == (4 if whom == "engine" else 3)
    getattr(fresh, engine)()
    assert not finished & set(fresh.made())
    assert_clean(fresh)


def running(words, folder):
    """Processes with these words, ended by zeros, in their command, in this folder: those of other tests are alike."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline") as command:
            if words in command.read() and os.readlink(f"/proc/{pid}/cwd") == str(folder):
                yield int(pid)


@pytest.mark.parametrize("engine", ["snakemake", pytest.param("dvc", marks=pytest.mark.long)])
def test_8_a_killed_step_fails_its_run_and_the_next_goes_on(fresh, engine):
    few = [f"results/synthetic/{name}.zip" for name in ("cat", "face", "flower")]  # Snakemake would go on with others
    command = ["snakemake", "--cores", "1", *few] if engine == "snakemake" else ["dvc", "repro"]
    process = started(fresh, *command, events=3, seconds="2")
    for pid in running(f"--out\0{fresh.events()[-1]['output']}\0", fresh.folder):
        os.kill(pid, signal.SIGKILL)
    process.communicate()
    assert process.returncode
    fresh.seen = 0
    finished = set(fresh.made())
    fresh.repro() if engine == "dvc" else fresh.snakemake()
    assert not finished & set(fresh.made())
    assert_clean(fresh)


# 9: experiments, metrics, plots


@pytest.mark.long
def test_9_dvc_compares_parameters_metrics_and_plots(done):
    done.set("merging.kimg", 0.08)
    done.repro()
    params = json.loads(done.dvc("params", "diff", "--json"))["params.yaml"]
    assert [params["merging.kimg"][which] for which in ("old", "new")] == [0.064, 0.08]
    summary = json.loads((done.folder / "results/metrics.json").read_text())
    difference = json.loads(done.dvc("metrics", "diff", "--json"))
    assert difference["results/metrics.json"]["key"]["new"] == summary["key"]
    done.dvc("plots", "diff", "HEAD", "--out", "plots")
    page = (done.folder / "plots/index.html").read_text()
    assert "FID of pair" in page
    assert "methods_pair.png" in page


@pytest.mark.long
def test_9_dvc_experiments_run_here_aside_and_queued(done):
    done.dvc("exp", "run", "--name", "longer", "--set-param", "merging.kimg=0.08")
    assert OURS in done.made()
    done.dvc("exp", "run", "--temp", "--name", "aside", "--set-param", "merging.kimg=0.096")
    done.dvc("exp", "run", "--queue", "--name", "queued", "--set-param", "figures.dpi=80")
    done.dvc("exp", "run", "--run-all")
    done.made()
    names = done.dvc("exp", "show", "--csv")
    assert {"longer", "aside", "queued"} <= set(names.replace("\n", ",").split(","))
    done.git("checkout", "--", ".")
    done.dvc("exp", "apply", "aside")
    assert done.params["merging"]["kimg"] == 0.096
    assert done.planned() == {"figure", "curves", "report"}  # as they stand here, they are of other numbers
    done.snakemake()
    assert_clean(done)


# 10: files


def test_10_what_people_open_is_no_link(done):
    """A browser goes by the suffix of what a link leads to; a file of DVC's cache has none, and its source is shown."""
    opened = [path for path in done.contents() if path.startswith("results/figures")] + [REPORT]
    assert len(opened) == 9
    assert not [path for path in opened if (done.folder / path).is_symlink()]
    done.set("figures.dpi", 80)
    done.repro()
    assert not [path for path in opened if (done.folder / path).is_symlink()]


def test_10_a_model_is_on_disk_once_and_can_be_replaced(done):
    files = [done.folder / OURS, *(done.folder / ".dvc/cache").rglob("*")]
    large = [f.stat() for f in files if f.is_file() and f.stat().st_size > 1_000_000]
    used = sum({(s.st_dev, s.st_ino): s.st_blocks * 512 for s in large}.values())
    models = sum(map(len, {c for path, c in done.contents().items() if path.endswith(".safetensors")}))
    assert used < 1.1 * models
    done.set("merging.kimg", 0.08)
    done.snakemake()
    assert OURS in done.made()
    assert_clean(done)


@pytest.mark.long
@pytest.mark.skipif(not shutil.which("setpriv"), reason="setpriv (util-linux) takes root's powers away")
def test_10_without_root_s_powers_no_file_is_in_the_way(fresh):
    plain = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")
    protected = fresh.folder / ".git/protected"
    protected.write_text("")
    protected.chmod(0o444)
    assert "Permission denied" in fresh.run(*plain, "bash", "-c", "echo x > .git/protected", expect=1)
    fresh.run(*plain, "snakemake", "--cores", "2")
    fresh.set("merging.kimg", 0.08)
    fresh.run(*plain, "snakemake", "--cores", "2")
    fresh.set("merging.kimg", 0.096)
    fresh.run(*plain, "dvc", "repro")
    fresh.made()
    assert_clean(fresh)


# The same from other sides


@pytest.mark.long
def test_adding_and_removing_mixtures_and_methods_is_an_edit_of_params_alone(done):
    far = {"far": {"sources": ["face", "flower"]}}
    done.set("mixtures", PARAMS["mixtures"] | far)
    done.set("methods", ["ours", "average_unrooted"])
    told = done.dvc("repro", expect=255)
    assert "dvc.yaml was of other jobs than params.yaml and is written anew: run dvc repro again" in told
    done.repro()
    made = set(done.made())
    assert "results/unions/far/ours/seed0.safetensors" in made
    assert OURS not in made
    assert not any("evaluation/pair/average_rooted" in path for path in made)
    assert_clean(done)
    done.write(PARAMS)
    done.snakemake()
    assert not {path for path in done.made() if path.startswith(("results/unions", "results/rooted"))}
    assert_clean(done)


@pytest.mark.parametrize("engine", REPRO_LONG)
def test_an_edit_of_code_reruns_what_runs_it(done, engine):
    done.edit("reporting/figures.py")
    getattr(done, engine)()
    assert set(done.made()) == GRIDS | {REPORT}
    done.edit("training/trainer.py")
    getattr(done, engine)()
    made = set(done.made())
    assert {OURS, "results/rooted/pair/face/seed0.safetensors"} <= made
    assert "results/synthetic/cat.zip" not in made
    assert_clean(done)


@pytest.mark.parametrize("engine", ["snakemake", "repro"])
def test_what_explains_code_better_reruns_nothing(done, engine):
    """Comments, docstrings and blank lines, of the trainer and of its rule."""
    done.made()
    for module in ("training/trainer.py", "training/losses.py"):
        path = done.folder / "src/gan_cocktail" / module
        code = path.read_text().split('"""', 2)[2]
        path.write_text(f'"""What this is.\n\nAt length.\n"""\n# said\n\n\n{code}\n# the end\n')
    rules = done.folder / "workflow/rules/merging.smk"
    rules.write_text(rules.read_text().replace("rule finetune:", "# the second stage\nrule finetune:"))
    assert done.planned() == set()
    assert done.status() <= {"sync"}
    getattr(done, engine)()
    assert done.made() == []
    rules.write_text(rules.read_text().replace("--seed {wildcards.seed}", "--seed {wildcards.seed} ", 1))
    assert done.planned() >= {"finetune"}


def test_what_a_rule_asks_of_the_machine_reruns_nothing(done):
    module = done.folder / "src/gan_cocktail/plan/needs.py"
    module.write_text(module.read_text().replace("MARGIN = 1.25", "MARGIN = 5"))
    assert done.planned() == set()
    assert "mem_mb=1000," not in done.snakemake("--dry-run", "--forceall")
    done.snakemake()
    assert done.made() == []
    assert done.status() <= {"sync"}  # which looks at all of the library


@pytest.mark.long
def test_an_edit_while_a_run_is_under_way_is_not_passed_over(fresh):
    run = started(fresh, "snakemake", "--cores", "2", events=6)
    fresh.edit("training/trainer.py")
    run.communicate()
    assert run.returncode == 0
    assert fresh.status()
    fresh.made()
    fresh.repro()
    assert OURS in fresh.made()
    assert_clean(fresh)


def test_a_second_snakemake_is_refused_and_harms_nothing(fresh):
    first = started(fresh, "snakemake", "--cores", "2", events=1)
    assert "Directory cannot be locked" in fresh.snakemake(expect=1)
    assert "a Snakemake run is under way here" in fresh.dvc("repro", expect=255)
    first.communicate()
    assert first.returncode == 0
    assert_clean(fresh)


def test_another_experiment_has_its_own_results_and_leaves_these_alone(done):
    before = done.contents()
    (done.folder / "experiments").mkdir()
    other = PARAMS | {"merging": {"kimg": 0.08}}
    (done.folder / "experiments/longer.yaml").write_text(json.dumps(other))
    done.snakemake("--configfile", "experiments/longer.yaml")
    after = done.contents()
    assert {path: after[path] for path in before} == before
    assert "results/longer/unions/pair/ours/seed0.safetensors" in after
    done.made()
    assert_clean(done)


def test_an_experiment_is_one_file(done):
    (done.folder / "more.yaml").write_text("seed: 1\n")
    assert "expected one file" in done.snakemake("--configfile", "params.yaml", "more.yaml", expect=1)


def test_another_experiment_under_way_hides_nothing(done):
    """What DVC restored is recognised, whoever else runs here."""
    (done.folder / "other.yaml").write_text(json.dumps(PARAMS | {"seed": 1}))
    done.set("merging.kimg", 0.08)
    done.snakemake()
    done.git("checkout", "--", "dvc.lock", "results")
    done.dvc("checkout")
    other = started(done, "snakemake", "--cores", "1", "--configfile", "other.yaml", events=1, seconds="3")
    assert "finetune" in done.planned()
    assert other.poll() is None
    kill(other, "everything")


def test_values_of_the_command_line_cannot_pass_for_those_of_params(done):
    assert "params.yaml" in done.snakemake("--config", "seed=1", expect=1)
    assert_clean(done)
