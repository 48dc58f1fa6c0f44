"""What the docs say to type works, and their links lead somewhere."""

import re
import shlex

import pytest
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import save
from gan_cocktail.cli import build
from gan_cocktail.data.dataset import read_dataset
from tests.conftest import ROOT, TINY
from tests.networks.test_networks import lively

PAGE = (ROOT / "docs/your-own-gans.md").read_text()
UNION = "results/pets/unions/face-cat/ours/seed0.safetensors"
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")


def test_drawing_from_a_union_as_the_page_says(tmp_path, monkeypatch):
    model = lively(TINY.model_copy(update={"c_dim": 2}), 0)
    model.classes, model.info = ("face", "cat"), {"kind": "union"}
    save(model, tmp_path / UNION)
    monkeypatch.chdir(tmp_path)
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(snippet, "docs/your-own-gans.md", "exec"), {})
    assert (tmp_path / "cat.png").stat().st_size > 100
    (command,) = re.findall(r"^gan-cocktail (synthesize (?:.*\\\n)*.*)$", PAGE, re.MULTILINE)
    run = CliRunner().invoke(build(["synthesize"]), shlex.split(command.replace("\\\n", " ")), catch_exceptions=False)
    assert run.exit_code == 0
    assert read_dataset(tmp_path / "cats.zip", 16, 3).read.n_images == 100


def anchors(page):
    """The headings of a page as GitHub names them."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page):
    for path, anchor in LINK.findall(page.read_text()):
        if path.startswith(("http:", "https:")):
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"
