"""What README and docs say of results is what the tables in git say, and git holds no more than it should."""

import os
import re
import shutil
import subprocess

import pandas as pd
import pytest

from benchmarks import front
from gan_cocktail.reporting.formats import fixed, number, plus_minus
from gan_cocktail.reporting.grids import load_grid
from tests.conftest import ROOT

METHODS = {  # by what a row of a page's table begins with
    "GAN Cocktail (ours)": "ours",
    "TransferGAN": "transfergan",
    "Average, rooted": "average_rooted",
    "Average, unrooted": "average_unrooted",
    "The sources": "ensemble",
}
MIXTURES = ("cat-face", "cat-face-flower")
LARGE = ("resources/", "tests/vectors/")
MEGABYTE = 10**6


def told(page):
    """(method, whether after as much merging, its numbers as they stand) of each row of a page's table of the run."""
    merging = False
    for line in (ROOT / page).read_text().splitlines():
        if line.startswith("| *"):
            merging = "of merging" in line
        method = next((name for words, name in METHODS.items() if line.startswith(f"| {words}")), None)
        if method:
            yield method, merging, [cell.strip(" *") for cell in line.split("|")[2:-1]]


def measured(method, merging, domains):
    """FIDs of a method at its end, or after as much merging as `ours` had, of each mixture and domain."""
    table = pd.read_csv(ROOT / "results/tables/main.csv")
    rows = table[(table.method == method) & (table.metric == "fid")]
    if merging:
        rows = rows[rows.merging_kimg == table[table.method == "ours"].merging_kimg.max()]
    for mixture in MIXTURES:
        for domain in domains:
            of = rows[(rows.mixture == mixture) & (rows.domain == domain)]
            yield number(float(of.loc[of.kimg.idxmax(), "mean"]))


@pytest.mark.parametrize(
    ("page", "domains", "rows"), [("README.md", ["union"], 5), ("docs/results.md", ["mean", "union"], 7)]
)
def test_numbers_of_the_default_run_are_those_of_its_tables(page, domains, rows):
    found = list(told(page))
    assert len(found) == rows
    for method, merging, numbers in found:
        assert numbers == list(measured(method, merging, domains)), method


def test_numbers_of_the_longer_run_are_those_of_its_tables():
    table = pd.read_csv(ROOT / "results/long/tables/main.csv").query("metric == 'fid'")
    found = table.set_index(["method", "kimg", "domain"])["mean"].sort_index()
    lines = (ROOT / "docs/results.md").read_text().splitlines()
    rows = [
        line.strip("|").split("|") for line in lines if line.startswith(("| `ours`", "| `transfergan`", "| `ensemble`"))
    ]
    assert len(rows) == 4
    for name, kimg, *numbers, ratio in rows:
        of = found[name.split("`")[1], float(kimg)]
        assert [cell.strip() for cell in numbers] == [number(of[d]) for d in ("cat", "face", "mean", "union")], name
        assert float(ratio) == round(of["union"] / found["ensemble", 0, "union"], 2)


def test_numbers_of_additions_to_ours_are_those_of_their_table():
    table = pd.read_csv(ROOT / "results/plus/tables/main.csv").query("metric == 'fid' and kimg == 16")
    found = table.set_index(["mixture", "method", "domain"])[["mean", "std"]]
    (told,) = (ROOT / "docs/methods.md").read_text().split("| after 16 kimg |")[1:]
    rows = [line.replace("*", "").strip("|").split("|") for line in told.split("\n\n")[0].splitlines()[2:]]
    methods = ["transfergan", "freezed", "transfergan_held", "ours", "ours_plus_third"]
    places = [(mixture, domain) for mixture in ("cat-face", "cat-car") for domain in ("mean", "union")]
    for method, (_, *cells) in zip(methods, rows, strict=True):
        for (mixture, domain), cell in zip(places, cells, strict=True):
            mean, spread = found.loc[(mixture, method, domain)]
            assert cell.strip() == number(mean, spread) + plus_minus(mean, spread)


@pytest.mark.parametrize(("run", "n", "ours", "theirs"), [("seeds", 16, 16, (16, 14)), ("flat", 8, 100, (100, 80))])
def test_numbers_of_the_claim_are_those_of_their_tables(run, n, ours, theirs):
    found = pd.read_csv(ROOT / f"results/{run}/tables/paired.csv").query("domain == 'union'")
    table = pd.read_csv(ROOT / f"results/{run}/tables/main.csv").query("metric == 'fid' and domain == 'union'")
    (told,) = (ROOT / "docs/results.md").read_text().split(f"| union, {n} seeds |")[1:]
    rows = [line.strip("|").split("|") for line in told.split("\n\n")[0].splitlines()[2:]]
    for (_, row), (name, *cells), kimg in zip(found.iterrows(), rows, theirs * (len(rows) // 2), strict=True):
        assert name.strip().startswith(row["mixture"])
        some = table[table["mixture"] == row["mixture"]]
        for cell, (method, at) in zip(cells, {"ours": ours, "transfergan": kimg}.items(), strict=False):
            ((mean, spread),) = some.query(f"method == '{method}' and kimg == {at}")[["mean", "std"]].to_numpy()
            assert cell.strip() == number(mean, spread) + plus_minus(mean, spread)
        difference, low, high, detectable = (fixed(row[k], 2) for k in ("difference", "low", "high", "detectable"))
        assert [cell.strip() for cell in cells[2:]] == [difference, f"{low} to {high}", detectable]
        assert row["n"] == n


@pytest.fixture(scope="module")
def tracked():
    """Names of the files that git has."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")
    names = [name for name in listed if (ROOT / name).is_file()]
    return names or pytest.skip("not a checkout")


def test_what_is_large_in_git_is_sources_features_and_fixtures(tracked):
    sizes = {name: (ROOT / name).stat().st_size for name in tracked}
    assert not [name for name, size in sizes.items() if size > MEGABYTE and not name.startswith(LARGE)]
    assert sum(sizes.values()) < 40 * MEGABYTE
    assert not [name for name in sizes if name.startswith("results/") and name.endswith((".html", ".pdf"))]


def asked(folder):
    """What Snakemake says it would do for the figures of a checkout."""
    command = ["snakemake", "--dry-run", "--cores", "1", "--", "figures"]
    environment = os.environ | {"PYTHONPATH": str(folder / "src")}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.slow
def test_what_git_has_draws_every_table_and_figure_of_the_default_run(tracked, tmp_path):
    for name in tracked:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    archive, lock = asked(tmp_path), tmp_path / "dvc.lock"
    lock.rename(tmp_path / "kept")
    for said in (archive.stdout, asked(tmp_path).stdout):
        assert "is not a git repository, as a downloaded archive is not" in said
        assert "site-packages" not in said
    (tmp_path / "kept").rename(lock)
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    clone = asked(tmp_path)
    assert clone.returncode == 0, clone.stderr
    planned = set(re.findall(r"^(\w+) +\d+$", clone.stdout, re.MULTILINE)) - {"total"}
    assert "figure" in planned
    assert planned <= {"tables", "figure", "curves", "report_distances", "figures"}


def test_the_picture_of_the_readme_is_of_the_default_run():
    picture, size = load_grid(ROOT / "docs/images/union.png"), front.SIZE * front.ENLARGED
    for k, grid in enumerate(front.PANELS.values()):
        top = k * (size + front.LINE + front.GAP) + front.LINE
        for side, which in ((slice(None, 8 * size), 0), (slice(8 * size + front.GAP, None), 1)):
            assert (picture[top : top + size, side] == front.row(ROOT / grid, which)).all(), grid
