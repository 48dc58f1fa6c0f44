"""What the docs say to type works."""

import re
import shlex

from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import save
from gan_cocktail.cli import build
from gan_cocktail.data.images import read_images
from tests.conftest import ROOT, TINY
from tests.networks.test_networks import lively

PAGE = (ROOT / "docs/your-own-gans.md").read_text()
UNION = "results/unions/shoe-mushroom/ours/seed0.safetensors"


def test_drawing_from_a_union_as_the_page_says(tmp_path, monkeypatch):
    model = lively(TINY.model_copy(update={"c_dim": 2}), 0)
    model.classes, model.info = ("shoe", "mushroom"), {"kind": "union"}
    save(model, tmp_path / UNION)
    monkeypatch.chdir(tmp_path)
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(snippet, "docs/your-own-gans.md", "exec"), {})
    assert (tmp_path / "mushroom.png").stat().st_size > 100
    (command,) = re.findall(r"^gan-cocktail (synthesize (?:.*\\\n)*.*)$", PAGE, re.MULTILINE)
    run = CliRunner().invoke(build(["synthesize"]), shlex.split(command.replace("\\\n", " ")), catch_exceptions=False)
    assert run.exit_code == 0
    assert len(read_images(tmp_path / "mushrooms.zip", 16, 3)) == 100
