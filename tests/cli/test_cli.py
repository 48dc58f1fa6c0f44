"""The command line as a person meets it."""

import inspect
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

from gan_cocktail import __version__
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.cli import VERBS, _described, _named, build
from gan_cocktail.cli.export import FORMATS
from gan_cocktail.cli.options import training_folder
from gan_cocktail.exporting.table import EXPORTS
from gan_cocktail.progress import tracked
from tests.conftest import ROOT, TINY


@pytest.fixture
def call(quick):
    """Calls the program, by the resident."""

    def call(*arguments):
        return subprocess.run(["gan-cocktail", *map(str, arguments)], capture_output=True, text=True, env=quick)

    return call


def test_help_lists_every_verb(call):
    text = call("--help").stdout
    assert all(verb.replace("_", "-") in text for verb in VERBS)


def test_the_list_of_verbs_is_there_without_pytorch():
    code = (
        "import sys; sys.argv[1:] = ['--help']; import gan_cocktail.cli as c\ntry: c.main()\nexcept SystemExit: pass\n"
    )
    check = "sys.exit(sorted({'torch', 'numpy', 'pandas'} & sys.modules.keys()) or 0)"
    run = subprocess.run([sys.executable, "-c", code + check], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_a_shell_can_ask_what_may_follow():
    def follow(words):
        asked = {"_GAN_COCKTAIL_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
        run = subprocess.run(["gan-cocktail"], env=os.environ | asked, capture_output=True, text=True)
        return run.stdout.split()

    assert follow("gan-cocktail ev") == ["evaluate"]
    assert follow("gan-cocktail merge --wei") == ["--weights"]


def test_trainings_of_models_that_are_called_otherwise_have_folders_of_their_own():
    found = [training_folder(Path("x", name)) for name in ("v1.0", "v1.1", "v1.safetensors")]
    assert found == [Path("x/v1.0.training"), Path("x/v1.1.training"), Path("x/v1.training")]


def test_what_is_written_may_replace_a_pickle_that_cannot_be_read(call, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "m.st")
    (tmp_path / "old.png").write_bytes(b"\x80\x04nothing.")
    made = call("samples", tmp_path / "m.st", "--columns", 1, "--out", tmp_path / "old.png")
    assert (made.returncode, made.stderr) == (0, "")
    assert (tmp_path / "old.png").read_bytes().startswith(b"\x89PNG")
    (tmp_path / "old.png").write_bytes(b"\x80\x04nothing.")
    assert call("samples", tmp_path / "old.png", "--out", tmp_path / "grid.png").returncode == 2


def test_told_to_be_quiet_a_verb_says_errors_alone(call, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "m.st")
    made = call("--quiet", "merge", tmp_path / "m.st", tmp_path / "m.st", "--out", tmp_path / "out.st")
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")
    assert (tmp_path / "out.st").exists()
    wrong = call("--quiet", "merge", tmp_path / "nothing.st", "--out", tmp_path / "out.st")
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert wrong.stderr.startswith("gan-cocktail: ")


def test_a_bar_is_on_terminals_alone(monkeypatch, capsys):
    assert list(tracked(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert list(tracked(iter("abc"), 3, "letters")) == ["a", "b", "c"]
    assert "\x1b[" in capsys.readouterr().out  # it hides the cursor


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (["average", "a", "b", "--out", "c"], "merge"),
        (["merge", "a", "b.zip", "--kimg", "8"], "finetune"),
        (["merge", "a", "b.zip", "--kimg=8"], "finetune"),
    ],
)
def test_verbs_called_by_their_old_names_say_the_new(call, old, new):
    run = call(*old)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert f"is called `{new}` now" in run.stderr


def test_what_verbs_take_is_there_without_pytorch():
    code = (
        "import sys, gan_cocktail.cli as c\nfor verb in c.VERBS: c._described(verb)\nsys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb):
    run = CliRunner().invoke(build([verb]), [verb.replace("_", "-"), "--help"])
    assert run.exit_code == 0
    assert "Usage" in run.stdout
    assert CliRunner().invoke(build([verb], _described), [verb.replace("_", "-"), "--help"]).stdout == run.stdout
    assert inspect.getdoc(_named(verb)) == inspect.getdoc(getattr(import_module(f"gan_cocktail.cli.{verb}"), verb))


def test_the_help_of_export_names_every_format():
    assert all(f"{each.name}: {each.what}" in FORMATS for each in EXPORTS.values())


def test_a_verb_by_its_program_explains_itself_and_the_version_is_told():
    """A fresh process, as a person starts it."""

    def call(*arguments):
        return subprocess.run(["gan-cocktail", *arguments], capture_output=True, text=True)

    assert "--psi" in call("generate", "--help").stdout
    assert call("--version").stdout == f"gan-cocktail {__version__}\n"
    assert "Did you mean 'merge'" in call("merg").stderr


def test_every_rule_is_a_verb():
    text = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    rules = {line.split()[1].rstrip(":") for line in text.splitlines() if line.startswith("rule ")}
    assert rules <= set(VERBS)


def test_a_mistake_is_one_sentence_and_code_2(call, tmp_path):
    run = call("widen", tmp_path / "none.safetensors", "--out", tmp_path / "x", "--classes", 2, "--position", 0)
    assert run.returncode == 2
    assert run.stderr.startswith("gan-cocktail: ")
    assert "no such file" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["widen", "M", "--classes", 2, "--position", 2], "--position: expected 0 to 1 (2 classes), found 2"),
        (["root", "M", "M", "--class", 0, "--kimg", 1], "has no classes: widen it first"),
        (["finetune", "M", "M", "--kimg", 1], "expected datasets for its 0 classes, one each, found 1"),
        (["finetune", "W", "M", "M", "--kimg", 1, "--probabilities", "0.5,x"], "expected 2 positive numbers"),
        (["finetune", "W", "M", "M", "--kimg", 1, "--probabilities", "1,1,1"], "expected 2 positive numbers"),
        (["finetune", "W", "M", "M", "--kimg", 1, "--probabilities", "1,0"], "expected 2 positive numbers"),
        (["finetune", "W", "M", "M", "--kimg", 1, "--probabilities", "nan,1"], "expected 2 positive numbers"),
        (["finetune", "W", "M", "M", "--kimg", "inf"], "kimg: expected a number of thousand images, found inf"),
        (["finetune", "W", "M", "M", "--kimg", 1, "--snapshots", "2"], "within the budget, --kimg 1, found 2"),
        (
            ["reference", "M", "--model", "M", "--origin", "real", "--features", "inception"],
            "--features: unknown extractor 'inception', did you mean 'inception_v3'?",
        ),
        (["finetune", "W", "M", "M", "--kimg", 1, "--snapshots", "half"], "expected kimg such as 2,4.5, found 'half'"),
    ],
)
def test_arguments_that_do_not_fit_are_explained(call, tmp_path, arguments, message):
    paths = {"M": tmp_path / "m.safetensors", "W": tmp_path / "w.safetensors"}
    save(Model.random(TINY, 0), paths["M"])
    save(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), paths["W"])
    run = call(*(paths.get(a, a) for a in arguments), "--out", tmp_path / "x")
    assert run.returncode == 2
    assert message in run.stderr
    assert "Traceback" not in run.stderr


def test_wrong_settings_name_the_key(call, tmp_path):
    run = call("synthesize", "m", "--out", tmp_path / "x", "--name", "m", "--settings", "{n_image: 3}")
    assert run.returncode == 2
    assert "n_image: unknown key, did you mean 'n_images'?" in run.stderr


def test_same_seed_same_synthetic_dataset(call, tmp_path):
    save(Model.random(TINY, 0), tmp_path / "m.safetensors")
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        options = ["--name", "m", "--seed", seed, "--settings", "n_images: 20", "--out", tmp_path / name]
        assert call("synthesize", tmp_path / "m.safetensors", *options).returncode == 0
    first, same, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == same != other
