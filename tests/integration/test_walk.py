"""A random walk over everything that users do in any order, compared with a recomputation that knows neither records.

The engines, the Snakefile, git and DVC are real; the verbs are stand-ins that hash what they read.
"""

import contextlib
import os
import random
import re
import shutil
import signal
import time

import pytest

from tests.integration.repository import PARAMS, Repository

pytestmark = pytest.mark.slow
STEPS = 30  # of a whole walk; `make test` takes the first ten of one
TRAININGS = {"root", "finetune", "train-source"}
FILES = [f"resources/sources/{name}.safetensors" for name in ("cat/model", "cat/reference", "face/model")]
DATASET = "data/mine"
MIXED = {"pair": {"sources": ["cat", "mine"]}}
WINDOW = 3.0  # s, in which an engine that is killed may not have recorded a job's end


def files_of(path):
    """A file, or all files of a folder, sorted."""
    return sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]


class Walk:
    """One repository, what is known of it, and the steps that a user can take."""

    def __init__(self, folder, seed):
        self.random = random.Random(seed)
        self.repository = Repository.new(folder / "my project")
        self.lay_dataset()
        self.folder = folder
        self.expected = {}  # contents by parameters and code, each recomputed once
        self.finished = {}  # trainings by key: when they ended
        self.settled = True  # no engine was killed since the last that ended
        self.meddled = False  # inputs were written to during the last run, which may thus have to be done again
        self.commented = (
            False  # comments may differ from those that DVC's stage `sync` has seen, which alone may say so
        )
        self.story = []
        self.repository.planned()  # writes dvc.yaml
        self.repository.commit("dvc.yaml")

    def step(self):
        engines = [self.snakemake, self.repro, self.snakemake_part, self.repro_part, self.figures, self.killed]
        others = [self.set_budget, self.set_dpi, self.toggle_method, self.toggle_mixture, self.edit, self.revert_code]
        others += [self.comment, self.replace_source, self.edit_dataset, self.edited_meanwhile]
        resets = [self.checkout_commit, self.restore, self.lose_records, self.lose_state]
        choices = engines if not self.settled else 3 * engines + 2 * others + resets
        chosen = self.random.choice(choices)
        self.story.append(chosen.__name__)
        chosen()

    # Edits

    def set_budget(self):
        key = self.random.choice(["rooting.kimg", "merging.kimg"])
        self.repository.set(key, self.random.choice([0.064, 0.08]))

    def set_dpi(self):
        self.repository.set("figures.dpi", self.random.choice([72, 80]))

    def toggle_method(self):
        methods = self.repository.params["methods"]
        self.repository.set(
            "methods", [m for m in methods if m != "transfergan"] + ["transfergan"] * ("transfergan" not in methods)
        )

    def toggle_mixture(self):
        mixtures = self.repository.params["mixtures"]
        far = {"far": {"sources": ["face", "flower"]}}
        self.repository.set("mixtures", PARAMS["mixtures"] | MIXED | ({} if "far" in mixtures else far))

    def edit(self):
        module = self.random.choice(["training/trainer.py", "reporting/figures.py"])
        self.repository.edit(module, f"EDIT = {self.random.randrange(2)}\n")

    def comment(self):
        """Of what runs in some jobs: no reason to run them again, and `sync` alone may say so."""
        self.repository.edit(self.random.choice(["training/trainer.py", "cli/finetune.py"]), f"# {len(self.story)}\n")
        self.commented = True

    def revert_code(self):
        self.repository.git("checkout", "--", "src")
        self.commented = True

    # Inputs, with times that say nothing

    def lay_dataset(self):
        """Images of a source that is trained here, at two levels."""
        for name in ("a.png", "deep/b.png", "deep/down/c.png"):
            file = self.repository.folder / DATASET / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
        mine = {"mine": {"dataset": DATASET}}
        self.repository.set("sources", PARAMS["sources"] | mine)
        self.repository.set("mixtures", PARAMS["mixtures"] | MIXED)

    def replace_source(self):
        """One of two files of one size in the place of the other, mostly older than what was made of it."""
        file = self.repository.folder / self.random.choice(FILES)
        content = file.read_bytes()
        file.write_bytes(content[:-1] + self.random.choice([b"\0", b"\1"]))
        self.date(file)

    def edit_dataset(self):
        """A file deep in a folder comes, goes or changes."""
        file = self.repository.folder / DATASET / "deep/down/c.png"
        if file.exists() and self.random.random() < 0.3:
            file.unlink()
        else:
            file.write_text(self.random.choice(["one", "two"]))
            self.date(file)

    def date(self, file):
        moment = self.random.choice([self.random.uniform(1.5e9, 1.6e9), time.time()])
        os.utime(file, (moment, moment))

    def edited_meanwhile(self):
        """A run during which inputs are replaced; what it made may be of either."""
        command = self.random.choice([("snakemake", "--cores", "2"), ("dvc", "repro")])
        process = self.repository.begin(*command, environment={"STAND_IN_SECONDS": "0.3"})
        self.story[-1] += f" {command[0]}"
        for _ in range(3):
            time.sleep(self.random.uniform(0.5, 4))
            if process.poll() is None:
                self.random.choice([self.replace_source, self.edit_dataset])()
        process.communicate()
        self.note(before=0)
        self.settled, self.meddled = False, True

    # Engines

    def snakemake(self):
        here = self.trainings_here()
        self.repository.snakemake()
        self.judge(here)
        self.compare()

    def snakemake_part(self):
        here = self.trainings_here()
        self.repository.snakemake(self.random.choice(self.outputs()))
        self.judge(here)

    def figures(self):
        here = self.trainings_here()
        self.repository.snakemake("figures")
        self.judge(here)

    def repro(self):
        known = set(self.finished)
        self.repository.repro()
        self.judge(known)
        self.commented = False
        self.compare()

    def repro_part(self):
        known = set(self.finished)
        stages = self.repository.dvc("stage", "list", "--name-only").split()
        self.repository.repro(self.random.choice([s for s in stages if s != "sync"]))
        self.judge(known)

    def killed(self):
        command = self.random.choice([("snakemake", "--cores", "2"), ("dvc", "repro")])
        whole = self.random.random() < 0.7
        process = self.repository.begin(*command, environment={"STAND_IN_SECONDS": "0.5"})
        self.story[-1] += f" {command[0]} {'all' if whole else 'alone'}"
        time.sleep(self.random.uniform(1, 8))
        ended = process.poll() is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if whole else process.kill()
        if not whole:
            time.sleep(4)  # an orphaned Snakemake ends its job
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
        self.note(before=time.time() if ended else time.time() - WINDOW - (0 if whole else 4))
        self.repository.run("snakemake", "--unlock", expect=None)
        self.settled = False

    # Resets

    def commit(self):
        self.repository.commit(f"step {len(self.story)}")

    def checkout_commit(self):
        self.commit()
        revision = self.random.choice(self.repository.git("log", "--all", "--format=%H").split())
        self.repository.git("checkout", "--quiet", revision)
        self.commented = True
        self.repository.dvc("checkout", "--force", expect=None)  # 1 where the lock was of a run in part

    def restore(self):
        self.commit()
        shutil.rmtree(self.repository.folder / "results", ignore_errors=True)
        self.repository.git("checkout", "--", ".")
        self.repository.dvc("checkout", "--force", expect=None)

    def lose_records(self):
        shutil.rmtree(self.repository.folder / ".snakemake", ignore_errors=True)

    def lose_state(self):
        shutil.rmtree(self.repository.folder / ".dvc/tmp", ignore_errors=True)

    # Judgement

    def outputs(self):
        """The first output of each job, as dvc.yaml has them."""
        return re.findall(r"cmd: snakemake .* -- (\S+)", (self.repository.folder / "dvc.yaml").read_text())

    def trainings_here(self):
        """Keys of the trained models that lie in the workspace."""
        here = [content[:100] for path, content in self.repository.contents().items() if "/hub/" not in path]
        return {key for key in self.finished if any(key.encode() in start for start in here)}

    def note(self, before):
        for event in self.repository.events():
            if event["event"] == "end" and event["verb"] in TRAININGS and event["time"] < before:
                self.finished[event["key"]] = event["time"]

    def judge(self, known):
        """No training ran that was known already."""
        events = self.repository.events()
        again = [e["output"] for e in events if e["event"] == "start" and e["verb"] in TRAININGS and e["key"] in known]
        assert not again or self.meddled, f"trained again: {again}"
        self.finished |= {e["key"]: e["time"] for e in events if e["event"] == "end" and e["verb"] in TRAININGS}
        self.settled = True

    def compare(self):
        """Every result is what a recomputation from nothing gives, and both engines say so."""
        self.meddled = False
        contents, expected = self.repository.contents(), self.recomputed()
        assert {path for path in expected if contents.get(path) != expected[path]} == set()
        assert self.repository.planned() == set()
        assert self.repository.status() <= ({"sync"} if self.commented else set())

    def recomputed(self):
        folder = self.repository.folder
        state = tuple(
            (folder / name).read_bytes()
            for name in ("params.yaml", "src/gan_cocktail/training/trainer.py", "src/gan_cocktail/reporting/figures.py")
        ) + tuple(path.read_bytes() for name in (*FILES, DATASET) for path in files_of(folder / name))
        if state not in self.expected:
            other = Repository(self.folder / f"independent {len(self.expected)}")
            other.folder.mkdir()
            for name in ("Snakefile", "workflow", "profiles", "src", "resources", "data"):
                (other.folder / name).symlink_to(folder / name)
            shutil.copy(folder / "params.yaml", other.folder)
            other.snakemake()
            self.expected[state] = other.contents()
        return self.expected[state]


@pytest.mark.parametrize(
    ("seed", "steps"),
    [
        (0, 10),
        pytest.param(0, STEPS, marks=pytest.mark.long),
        *(pytest.param(seed, STEPS, marks=[pytest.mark.long, pytest.mark.soak]) for seed in (1, 2)),
    ],
)
def test_no_order_of_steps_gives_a_wrong_result_or_trains_what_is_known(tmp_path, seed, steps):
    walk = Walk(tmp_path, seed)
    try:
        for _ in range(steps):
            walk.step()
        walk.snakemake()
        walk.repro()
    except BaseException:
        print("\n".join(walk.story))
        raise
