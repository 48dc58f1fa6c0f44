"""The documentation's site: it builds without a warning, its links lead somewhere, and its reference is complete."""

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from typer.testing import CliRunner

import gan_cocktail
from gan_cocktail.cli import VERBS, build
from tests.conftest import ROOT

pytest.importorskip("material")
pytest.importorskip("mkdocstrings")
pytestmark = pytest.mark.xdist_group("site")  # made once
LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src")}


def build_site(folder, *options):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", *map(str, options)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    run = build_site(ROOT, "--site-dir", out)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "WARNING" not in run.stdout + run.stderr
    return out


class Page(HTMLParser):
    """A page's anchors, what it links to, what it loads, and its text by section."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loaded, self.sections, self.at = set(), [], [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.update(given[key] for key in ("id", "name") if given.get(key))
        if tag in ("h1", "h2"):
            self.at = given.get("id", "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        self.loaded += [given[key] for key in ("src", "href") if (tag, key) in LOADED and given.get(key)]

    def handle_data(self, data):
        self.sections[self.at] = self.sections.get(self.at, "") + data


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path.read_text()) for path in site.rglob("*.html") if path.name != "404.html"}


def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(site, pages):
    assert len(pages) > 60
    for path, page in pages.items():
        for link in [*page.links, *page.loaded]:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            assert target.is_file(), f"{path}: {link}"
            assert site in target.parents
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].ids | {"__top"}, f"{path}: {link}"


def test_nothing_is_loaded_from_the_network(site, pages):
    assert not [f"{path}: {each}" for path, page in pages.items() for each in page.loaded if urlsplit(each).netloc]
    assert not [path for path in site.rglob("*.css") if re.search(r"url\([\"']?https?:", path.read_text())]


def test_every_page_of_the_repository_is_there_with_its_pictures(site, pages):
    for page in (ROOT / "docs").glob("*.md"):
        assert site / "docs" / f"{page.stem}.html" in pages
    for image in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text()):
        assert (site / image).read_bytes() == (ROOT / image).read_bytes()


@pytest.mark.parametrize("verb", VERBS)
def test_the_reference_has_every_option_that_help_tells(pages, site, verb):
    name = verb.replace("_", "-")
    told = CliRunner().invoke(build([verb]), [verb.replace("_", "-"), "--help"], env={"COLUMNS": "300"}).output
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", told)) - {"--help"}
    section = pages[site / "docs/reference/commands.html"].sections[name]
    assert options
    missing = {each for each in options if not re.search(rf"{each}(?![\w-])", section)}
    assert not {each for each in missing if not each.startswith("--no-")}


def test_the_reference_has_every_key_of_the_default_experiment(pages, site):
    sections = pages[site / "docs/reference/parameters.html"].sections
    keys = 0

    def look(section, values):
        nonlocal keys
        for key, value in values.items():
            keys += 1
            assert re.search(rf"(?<!\w){key}(?!\w)", sections[section or "paramsyaml"]), f"{section}: {key}"
            for below, inner in {f"{section}{key}": value, f"{section}{key}name": first(value)}.items():
                if below in sections and isinstance(inner, dict):
                    look(below, inner)

    look("", yaml.safe_load((ROOT / "params.yaml").read_text()))
    assert keys > 50


def first(value):
    """What the first name in a mapping of names is."""
    return next(iter(value.values()), None) if isinstance(value, dict) else None


def test_the_reference_has_every_public_name_and_every_module(pages, site):
    front = pages[site / "docs/reference/python.html"]
    assert {f"gan_cocktail.{name}" for name in gan_cocktail.__all__} <= front.ids
    told = set().union(*(page.ids for page in pages.values()))
    package = ROOT / "src/gan_cocktail"
    for path in package.rglob("*.py"):
        *folders, name = path.relative_to(package).with_suffix("").parts
        if not name.startswith("__") and "cli" not in folders and folders:
            assert ".".join(["gan_cocktail", *folders, name]) in told


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    pages = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"]
    linked = [*pages, "LICENSE", "params.yaml", "resources", "results", "experiments"]
    for name in ("mkdocs.yml", "src", *linked):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "quick.yml").write_text("INHERIT: mkdocs.yml\nplugins: [search]\n")
    with (tmp_path / "docs/use.md").open("a") as page:
        page.write("\n[a](nowhere.md) [b](results.md#no-such-anchor)\n")
    run = build_site(tmp_path, "-f", "quick.yml")
    assert run.returncode
    assert "nowhere.md" in run.stderr
    assert "no-such-anchor" in run.stderr
    assert run.stderr.count("WARNING") == 2  # so it is these two that fail it
