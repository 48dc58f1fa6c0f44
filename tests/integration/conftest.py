"""The real pipeline in a copy of the project, at toy size."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT, answered
from tests.integration.repository import TOY, Repository, copy, put_back
from tests.resident.session import Session


@pytest.fixture(scope="session", autouse=True)
def _resident(resident):
    """Nearly all tests here call it."""


class Project:
    """A checkout without its history."""

    def __init__(self, folder: Path):
        self.folder = folder
        for name in ("Snakefile", "workflow", "profiles", "resources"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
        self.write(TOY)

    def write(self, params):
        (self.folder / "params.yaml").write_text(yaml.safe_dump(params))

    @property
    def quick(self):
        """An environment in which the resident answers."""
        return answered(os.environ)

    def start(self, *arguments, **options):
        return subprocess.Popen(
            ["snakemake", "--cores", "2", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def begin(self, *arguments):
        """A run that may be killed: in a session of its own, with all that it calls."""
        return Session(["snakemake", "--cores", "2", *arguments], self.folder, self.quick)

    def run(self, *arguments, expect=0):
        """To its end, by the resident: nothing is killed here."""
        process = self.start(*arguments, env=self.quick)
        output, _ = process.communicate()
        assert process.returncode == expect, output
        return output

    def plan(self, *arguments):
        """Rules that a dry run would run."""
        output = self.run("--dry-run", *arguments)
        return {line[5:].rstrip(":") for line in output.splitlines() if line.startswith("rule ")}

    def read(self, path):
        return (self.folder / path).read_bytes()


@pytest.fixture
def project(tmp_path):
    """A fresh checkout in a folder whose name has a space."""
    folder = tmp_path / "my project"
    folder.mkdir()
    return Project(folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A checkout in which the pipeline has run; tests of this module share it."""
    project = Project(tmp_path_factory.mktemp("project"))
    project.run()
    return project


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A repository in a folder whose name has a space, and copies of it without results and after a run, committed."""
    folder = tmp_path_factory.mktemp("coupling")
    repository = Repository.new(folder / "my project")
    repository.planned()
    repository.commit("dvc.yaml")
    copy(repository.folder, folder / "fresh")
    repository.snakemake()
    repository.commit("results")
    copy(repository.folder, folder / "done")
    return folder


@pytest.fixture
def fresh(saved):
    """A clone without results; dvc.yaml is committed as in the project."""
    return put_back(saved, "fresh")


@pytest.fixture
def done(saved):
    """The same after a run, committed."""
    return put_back(saved, "done")
