"""What contributors are given is what `make lint` and the project say."""

import json
import re

import yaml

from gan_cocktail.cli import VERBS
from tests.conftest import ROOT


def test_pre_commit_checks_what_make_lint_checks():
    (recipe,) = re.findall(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    checks = [line.split('$$PATH" python ')[-1].replace("$(BIN)/", "").strip() for line in recipe.splitlines()]
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    entries = [hook["entry"] for hook in repo["hooks"]]
    assert len(checks) == len(entries) == 5
    for check in checks:
        words = [word for word in check.split() if word not in (".", "Snakefile", "workflow")]
        assert any(" ".join(words) in entry for entry in entries), check


def test_the_issue_template_asks_for_what_inspect_says_of_the_files():
    form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE/merge-went-wrong.yml").read_text())
    asked = {part["id"]: part for part in form["body"]}
    assert "gan-cocktail inspect --json" in asked["inspect"]["attributes"]["description"]
    assert "inspect" in VERBS
    assert asked["inspect"]["validations"]["required"]


def test_the_devcontainer_sets_up_as_make_does():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert container["postCreateCommand"] == "make .venv/.ready"
    assert "READY := .venv/.ready" in (ROOT / "Makefile").read_text()
