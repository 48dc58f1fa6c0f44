"""A git and DVC repository of the real project, in which both engines run for real."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from tests.conftest import RESIDENT, ROOT
from tests.resident.session import Session

TOY = {
    "seed": 0,
    "seeds": [0, 1],
    "sources": {
        name: {key: f"resources/sources/{name}/{key}.safetensors" for key in ("model", "reference")}
        for name in ("cat", "face")
    },
    "mixtures": {"pair": {"sources": ["cat", "face"]}},
    "methods": ["ours", "scratch", "mixed", "average_rooted", "average_unrooted", "ensemble"],
    "variants": {
        "mixed": {
            "method": "ewc",
            "initialisation": "average_rooted",
            "merge": "own_embeddings",
            "frozen_layers": 1,
            "consistency": {"weight": 1, "until": 0.5},
        }
    },
    "synthesis": {"n_images": 60},
    "rooting": {"kimg": 0.064},
    "merging": {"kimg": 0.064},
    "fisher": {"n_images": 10},
    "applications": {"attributes": ["brightness"], "n_images": 60},
    "evaluation": {"ppl_paths": 4, "n_images": 60, "kid_subsets": 4, "kid_subset_size": 30},
    "figures": {"columns": 3, "dpi": 72},
}
STAND_IN = ROOT / "tests/integration/stand_in"
NAMES = ("Snakefile", "workflow", "profiles", "src", "resources", ".dvc/config", ".dvcignore", ".gitignore")
PARAMS = TOY | {
    "sources": {
        name: {key: f"resources/sources/{name}/{key}.safetensors" for key in ("model", "reference")}
        for name in ("cat", "face", "flower")
    },
    "methods": ["ours", "average_rooted"],
    "seeds": [0],
    "applications": None,
    "training": {"batch_size": 16},
}
ENGINES = ("snakemake", "dvc")
REPRO_LONG = ["snakemake", pytest.param("repro", marks=pytest.mark.long)]  # where DVC runs all or half of the jobs
IGNORED = shutil.ignore_patterns("__pycache__", "*.egg-info", "unfinished", "synthetic.zip")


def quick(environment, command):
    """What makes the resident, where there is one, answer a call of an engine, and those that this makes in turn."""
    path = environment["PATH"]
    return {"PATH": f"{RESIDENT / 'engines'}:{path}"} if command[0] in ENGINES and "RESIDENT" in environment else {}


class Repository:
    """A clone with its own library; with `stand_in`, the verbs are quick and log their runs."""

    def __init__(self, folder, stand_in=True):
        self.folder, self.stand_in, self.seen = Path(folder), stand_in, 0
        self.log = self.folder.parent / f"{self.folder.name}.log"
        self.log.touch()

    @classmethod
    def new(cls, folder, params=PARAMS, stand_in=True):
        """A first commit of the project as it is, with these parameters and no results."""
        self = cls(folder, stand_in)
        for name in NAMES:
            source, target = ROOT / name, self.folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=IGNORED)
            else:
                shutil.copy(source, target)
        (self.folder / ".dvc/.gitignore").write_text("/config.local\n/tmp\n/cache\n")
        self.write(params)
        self.git("init", "--quiet", "--initial-branch", "main")
        self.commit("start")
        return self

    def clone(self, folder):
        """A fresh clone."""
        subprocess.run(["git", "clone", "--quiet", self.folder, folder], check=True)
        return Repository(folder, self.stand_in)

    @property
    def environment(self):
        """That of a call as a user makes it."""
        path = os.environ["PATH"]
        return os.environ | {
            "PATH": f"{STAND_IN}:{path}" if self.stand_in else path,
            "PYTHONPATH": str(self.folder / "src"),
            "STAND_IN_LOG": str(self.log),
            "DVC_SITE_CACHE_DIR": str(self.folder.parent / "hashes of DVC"),
            **{f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }

    # Commands

    def start(self, *command, environment=(), **options):
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment | dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def begin(self, *command, environment=()):
        """An engine that may be killed: in a session of its own, with all that it calls."""
        environment = self.environment | quick(self.environment, command) | dict(environment)
        return Session(command, self.folder, environment)

    def run(self, *command, expect=0, environment=(), **options):
        """To its end, by the resident: nothing is killed here."""
        environment = quick(self.environment, command) | dict(environment)
        process = self.start(*command, environment=environment, **options)
        output, _ = process.communicate()
        assert expect is None or process.returncode == expect, f"{command}: {process.returncode}\n{output}"
        return output

    def snakemake(self, *arguments, **options):
        return self.run("snakemake", "--cores", "2", *arguments, **options)

    def dvc(self, *arguments, **options):
        return self.run("dvc", *arguments, **options)

    def repro(self, *arguments):
        """dvc repro; once more where it says so, since the jobs are others than before."""
        output = self.dvc("repro", *arguments, expect=None)
        if "run dvc repro again" in output:
            output = self.dvc("repro", *arguments, expect=None)
        assert "ERROR" not in output, output
        return output

    def git(self, *arguments):
        return self.run("git", *arguments)

    def commit(self, message):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    # Parameters and code

    @property
    def params(self):
        return yaml.safe_load((self.folder / "params.yaml").read_text())

    def write(self, params):
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def set(self, key, value):
        """Set a key of params.yaml, a.b for b in section a."""
        params = self.params
        *sections, last = key.split(".")
        section = params
        for name in sections:
            section = section[name]
        section[last] = value
        self.write(params)

    def edit(self, module, text="EDITED = True\n"):
        path = self.folder / "src/gan_cocktail" / module
        path.write_text(path.read_text() + text)

    # What was done

    def events(self):
        """What the stand-in did since this was asked last."""
        lines = self.log.read_text().splitlines()
        new, self.seen = lines[self.seen :], len(lines)
        return [json.loads(line) for line in new]

    def made(self):
        """Outputs made since this was asked last."""
        return [event["output"] for event in self.events() if event["event"] == "end"]

    def planned(self, *arguments):
        """Rules that Snakemake would run."""
        lines = self.snakemake("--dry-run", *arguments).splitlines()
        return {line.split()[-1].rstrip(":") for line in lines if line.startswith(("rule ", "localrule "))} - {"all"}

    def status(self):
        """Stages that DVC calls changed."""
        return set(json.loads(self.dvc("status", "--json").splitlines()[-1]))

    def contents(self):
        """Every output and its bytes."""
        patterns = ("safetensors", "zip", "json", "png", "pdf", "csv", "md", "tex")
        found = (p for s in patterns for p in (self.folder / "results").rglob(f"*.{s}") if ".training" not in str(p))
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in found}


def copy(source, target):
    """Everything as it is: links, times and permissions."""
    subprocess.run(["cp", "-a", source, target], check=True)


def put_back(folder, name):
    """The repository as it was when copied; always in the same place, which DVC's links name.

    What DVC knows of the copy before goes: a file of this one may have the time, the size and, by chance, the inode of
    another one there.
    """
    shutil.rmtree(folder / "my project")
    shutil.rmtree(folder / "hashes of DVC", ignore_errors=True)
    copy(folder / name, folder / "my project")
    (folder / "my project.log").unlink()
    return Repository(folder / "my project")


def assert_clean(repository):
    assert not [
        path for path in repository.git("ls-files", "results").split("\n") if (repository.folder / path).is_symlink()
    ]
    repository.events()
    assert repository.planned() == set()
    assert repository.status() == set()
    assert "up to date" in repository.repro()
    assert repository.made() == []


def started(repository, *command, events, seconds="1"):
    """A run in a session of its own, after so many jobs have started."""
    # a shell that stays between DVC and the step, and outlives it
    environment = {"STAND_IN_SECONDS": seconds, "SHELL": "/bin/sh"}
    process = repository.begin(*command, environment=environment)
    before = len(repository.log.read_text().splitlines())
    while sum('"start"' in line for line in repository.log.read_text().splitlines()[before:]) < events:
        assert process.poll() is None, process.communicate()[0]
        time.sleep(0.02)
    return process


def kill(process, whom):
    with contextlib.suppress(ProcessLookupError):
        if whom == "engine":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGINT if whom == "interrupt" else signal.SIGKILL)
    process.communicate()
