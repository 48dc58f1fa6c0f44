"""Where an attribute is the same in all images there is no direction, and a run goes on without one."""

import json

import torch
from typer.testing import CliRunner

from gan_cocktail.applications.directions import load
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import build
from tests.conftest import TINY


def call(*arguments):
    run = CliRunner().invoke(build(["direction", "traverse"]), [str(a) for a in arguments], catch_exceptions=False)
    assert run.exit_code == 0, run.output
    return run


def test_a_model_that_draws_one_grey_has_a_direction_that_leads_nowhere(tmp_path):
    model = Model.random(TINY.model_copy(update={"c_dim": 2}), 0)
    model.G = {name: torch.zeros_like(v) if "torgb" in name else v for name, v in model.G.items()}
    save(model, tmp_path / "grey.st")
    options = ["--attribute=pose", "--class=0", "--n-images=30", f"--out={tmp_path / 'd.st'}"]
    run = call("direction", tmp_path / "grey.st", *options)
    assert "warning: no direction: expected 12 images or more, the attribute of the lowest third below" in run.stderr
    found = load(tmp_path / "d.st")
    assert (found.std, found.accuracy, found.normal.norm()) == (0, 0.5, 0)
    assert found.info["none"] in run.stderr
    out = [f"--out={tmp_path / 't.png'}", f"--metrics={tmp_path / 't.json'}", "--n-images=4", "--columns=3"]
    call("traverse", tmp_path / "grey.st", tmp_path / "d.st", *out)
    rows = json.loads((tmp_path / "t.json").read_text())["rows"]
    assert [(row["change"], row["correlation"], row["control"]) for row in rows] == [(0, 0, 0)] * 2
