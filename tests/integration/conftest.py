"""The real pipeline in a copy of the project, at toy size."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import ROOT

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
            "initialisation": "average_own_embeddings",
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

    def start(self, *arguments, **options):
        return subprocess.Popen(
            ["snakemake", "--cores", "2", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )

    def run(self, *arguments, expect=0):
        process = self.start(*arguments)
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
