"""What the docs say to type works, and their links lead somewhere."""

import json
import re
import shlex

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gan_cocktail.checkpoints.model import load, save
from gan_cocktail.cli import VERBS, build
from gan_cocktail.files import sha256, write_json
from gan_cocktail.merging.table import table
from gan_cocktail.methods.table import methods_of
from gan_cocktail.params.yaml_text import read_yaml
from tests.conftest import ROOT, TINY
from tests.networks.test_networks import lively

PAGE = (ROOT / "docs/use.md").read_text()
WAYS_PAGE = (ROOT / "docs/ways.md").read_text()
UNION = "results/unions/cat-face/ours/seed0.safetensors"
EVALUATION = "results/evaluation/MIXTURE/METHOD/seed0.json"
COMMANDS = re.findall(r"^gan-cocktail (?:generate|export) .*$", PAGE, re.MULTILINE)
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")


@pytest.fixture
def union(tmp_path, monkeypatch):
    """A folder with a union GAN, where the commands are typed."""
    model = lively(TINY.model_copy(update={"c_dim": 2}), 0)
    model.classes, model.info = ("cat", "face"), {"kind": "union"}
    save(model, tmp_path / UNION)
    measured = json.loads((ROOT / "results/evaluation/cat-face/ours/seed0.json").read_text())
    measured["info"]["parents"] = [{"path": UNION, "sha256": sha256(tmp_path / UNION)}]
    write_json(tmp_path / EVALUATION, measured)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_what_the_page_on_use_says_to_type_works(union, command):
    if "onnx" in command:
        pytest.importorskip("onnxscript")
    verb, *arguments = shlex.split(command.replace("$MODEL", UNION), comments=True)[1:]
    few = [value.replace("999", "20") for value in arguments]
    run = CliRunner().invoke(build([verb]), [verb, *few], catch_exceptions=False)
    assert run.exit_code == 0
    out = union / few[few.index("--out") + 1]
    assert any(out.iterdir()) if out.is_dir() else out.stat().st_size > 100


def test_drawing_in_python_as_the_page_says(union):
    (snippet,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(snippet, "docs/use.md", "exec"), {})
    assert (union / "face.png").stat().st_size > 100


def test_the_script_in_python_runs(tmp_path, monkeypatch, capsys):
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    monkeypatch.chdir(tmp_path)
    (script,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs/python.md").read_text(), re.DOTALL)
    exec(compile(script, "docs/python.md", "exec"), {})
    told = {tuple(line.split()[:2]) for line in capsys.readouterr().out.splitlines() if line.count(" ") == 2}
    assert {(domain, "fid") for domain in ("cat", "face", "mean", "union")} <= told
    assert ("face", "purity") in told
    assert load(tmp_path / "union/union.safetensors").class_names == ["cat", "face"]


def test_the_page_on_ways_has_the_table_as_it_is():
    assert table() in WAYS_PAGE


def test_what_the_page_on_ways_says_to_type_works(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for seed, name in enumerate(("a", "b", "root", "faces", "cartoons")):
        save(lively(TINY, seed), tmp_path / f"{name}.pkl")  # the content tells what a file is, not its name
    commands = re.findall(r"^gan-cocktail (?:merge|fisher) .*$", WAYS_PAGE, re.MULTILINE)
    assert len(commands) == 10
    for command in commands:
        verb, *arguments = shlex.split(command.replace("32-=0,1", "8=0,1"))[1:]
        few = ["--n-images=4"] if verb == "fisher" else []
        CliRunner().invoke(build([verb]), [verb, *arguments, *few], catch_exceptions=False)
        assert load(tmp_path / arguments[-1]).G if verb == "merge" else (tmp_path / arguments[-1]).exists()


def test_the_experiment_on_the_page_on_ways_is_one():
    (text,) = re.findall(r"```yaml\n(.*?)```", WAYS_PAGE, re.DOTALL)
    written = read_yaml(text, "docs/ways.md")
    found = methods_of(written["methods"], written["variants"])
    assert [method.merge.way for method in found.values()] == ["mean", "ties", "aligned"]


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


def typed(page):
    """The commands of gan-cocktail on a page, as words; a line that ends in a backslash goes on."""
    text = page.read_text().replace("\\\n", " ")
    blocks = "\n".join(re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL))
    return [shlex.split(line, comments=True)[1:] for line in re.findall(r"^ *(gan-cocktail .*)$", blocks, re.MULTILINE)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_verbs_and_options_on_a_page_are_those_that_there_are(page):
    for verb, *words in typed(page):
        name = verb.replace("-", "_")
        assert name in VERBS, verb
        (command,) = get_command(build([name])).commands.values()
        known = {option for parameter in command.params for option in parameter.opts}
        asked = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert asked <= known | {"--help"}, f"{verb} {asked - known}"


def test_every_page_on_what_one_wants_to_do_is_in_the_index():
    index = (ROOT / "docs/index.md").read_text()
    assert not [page.name for page in (ROOT / "docs").glob("*.md") if f"({page.name})" not in index + "(index.md)"]
