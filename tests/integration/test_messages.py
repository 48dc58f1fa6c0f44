"""What the engines say where a person has to decide: what need not be made, what a merge left open, whose results."""

import json
import re
import shutil

import pytest

from tests.integration.repository import PARAMS, assert_clean

pytestmark = pytest.mark.slow
OURS = "results/unions/pair/ours/seed0.safetensors"


def told(output):
    """Lines of the coupling."""
    return [line for line in output.splitlines() if line.startswith("DVC: ")]


def test_what_dvc_s_cache_has_is_named_before_hours_are_spent(done):
    """In a dry run and in a run; and `dvc checkout` does what is promised."""
    shutil.rmtree(done.folder / "results/unions")
    (done.folder / "results/tables/main.md").unlink()
    (line,) = told(done.snakemake("--dry-run"))
    assert line == (  # four of them are the folder for the hub
        "DVC: of the missing outputs 7 need not be made anew: `dvc checkout` brings back 6 and "
        "`git checkout -- results` brings back 1"
    )
    assert told(done.snakemake("--dry-run")) == [line]
    done.made()
    assert line in told(done.snakemake("results/samples/pair/widened/cat.png"))
    assert done.made() == []
    done.dvc("checkout")
    done.git("checkout", "--", "results")
    assert not any("missing" in line for line in told(done.snakemake("--dry-run")))
    assert_clean(done)


def test_what_would_not_fit_these_parameters_is_not_offered(done):
    shutil.rmtree(done.folder / "results/unions")
    done.set("merging.kimg", 0.08)
    assert not any("checkout" in line for line in told(done.snakemake("--dry-run")))


def test_after_the_cache_is_gone_no_message_contradicts_another(done, tmp_path):
    done.git("clean", "-xdf", "--quiet")
    first, second = told(done.snakemake("--dry-run"))
    cached = set(
        re.findall(
            r"path: (results/(?:.*\.(?:safetensors|zip)|.*/hub/\S+))$",
            text(done),
            re.MULTILINE,
        )
    )
    assert re.fullmatch(r"DVC: \d+ outputs here are those of dvc.lock: made anew only if what .* is", first)
    lost = re.fullmatch(
        r"DVC: (\d+) of the missing outputs are in dvc.lock, but not in DVC's cache: no remote is set up, so they are "
        "made anew",
        second,
    )
    assert int(lost.group(1)) == len(cached) > 10
    assert told(done.snakemake("--dry-run")) == [second]
    assert {"finetune", "root"} <= done.planned()
    done.dvc("remote", "add", "--default", "here", str(tmp_path / "remote"))
    assert "`dvc pull` fetches what a remote has of them" in told(done.snakemake("--dry-run"))[0]
    done.dvc("remote", "remove", "here")
    done.snakemake()
    assert OURS in done.made()
    assert_clean(done)


def test_links_that_lead_nowhere_are_told_with_the_ways_out(done, tmp_path):
    """DVC's cache deleted, and brought back; then deleted for good."""
    cache = done.folder / ".dvc/cache"
    cache.rename(tmp_path / "cache")
    output = done.snakemake("--dry-run", expect=1)
    assert re.search(
        r"^results/\S+: a link to DVC's cache, which does not have the file \(\d+ such links in all\)", output, re.M
    )
    (tmp_path / "cache").rename(cache)
    assert_clean(done)
    cache.rename(tmp_path / "cache")
    done.run("bash", "-c", "find results -xtype l -delete")
    assert "root" in done.planned()


def text(repository):
    return (repository.folder / "dvc.lock").read_text()


@pytest.fixture
def merged(done):
    """Two branches that each made something else, merged: dvc.lock and params.yaml have both sides."""
    done.git("checkout", "--quiet", "-b", "other")
    done.set("merging.kimg", 0.08)
    done.snakemake()
    done.commit("longer")
    done.git("checkout", "--quiet", "main")
    done.dvc("checkout", "--force", expect=None)
    done.set("merging.kimg", 0.096)
    done.snakemake()
    done.commit("longest")
    done.run("git", "merge", "other", expect=1)
    return done


@pytest.mark.long
def test_a_merge_of_two_results_is_told_and_settled(merged):
    """params.yaml first, then dvc.lock, each in one sentence; one side and a run settle it."""
    for engine in ("snakemake", "dvc"):
        output = merged.run(*{"snakemake": ("snakemake", "-n"), "dvc": ("dvc", "repro")}[engine], expect=None)
        assert "Traceback" not in output
    assert "params.yaml, line " in merged.snakemake("--dry-run", expect=1)
    merged.git("checkout", "--ours", "params.yaml")
    output = merged.snakemake("--dry-run", expect=1)
    sentence = next(line for line in output.splitlines() if line.startswith("dvc.lock, line "))
    assert "`git checkout --ours dvc.lock`" in sentence
    assert "`git checkout --theirs dvc.lock`" in sentence
    assert "Traceback" not in output
    assert "'./dvc.lock' is invalid (possible merge conflicts)" in merged.dvc("repro", expect=255)
    merged.git("checkout", "--ours", "dvc.lock")
    merged.git("checkout", "--ours", "results", "dvc.yaml")
    merged.snakemake()
    merged.commit("merged")
    assert merged.params["merging"]["kimg"] == 0.096
    assert_clean(merged)


def test_dvc_yaml_is_written_anew_whatever_a_merge_made_of_it(done):
    file = done.folder / "dvc.yaml"
    before = file.read_text()
    file.write_text(f"<<<<<<< HEAD\n{before}=======\n{before}>>>>>>> other\n")
    assert "dvc.yaml" in done.dvc("repro", expect=255)
    assert "DVC: dvc.yaml: written anew for these parameters" in done.snakemake("--dry-run")
    assert file.read_text() == before
    assert_clean(done)


def test_a_key_that_stands_twice_stops_both_engines(done):
    file = done.folder / "params.yaml"
    lines = file.read_text().count("\n")
    file.write_text(file.read_text() + "seed: 5\n")
    assert f"params.yaml: 'seed' stands twice, in lines 1 and {lines + 1}" in done.snakemake("--dry-run", expect=1)
    assert "seed" in done.dvc("repro", expect=255)
    (done.folder / "experiments").mkdir()
    (done.folder / "experiments/a.yaml").write_text(json.dumps(PARAMS)[:-1] + ', "seeds": [1]}')
    output = done.snakemake("--configfile", "experiments/a.yaml", "--dry-run", expect=1)
    assert "experiments/a.yaml: 'seeds' stands twice, in line 1" in output


def test_two_experiments_of_one_name_do_not_share_results(done):
    for folder in ("experiments", "mine"):
        (done.folder / folder).mkdir()
    (done.folder / "experiments/a.yaml").write_text(json.dumps(PARAMS | {"seed": 1}))
    done.snakemake("--configfile", "experiments/a.yaml")
    before = done.contents()
    (done.folder / "mine/a.yaml").write_text(json.dumps(PARAMS | {"seed": 2}))
    output = done.snakemake("--configfile", "mine/a.yaml", expect=1)
    assert "mine/a.yaml: results/a/ is for the results of experiments/a.yaml; give the file another name" in output
    assert done.contents() == before
    assert "Nothing to be done" in done.snakemake("--configfile", "experiments/a.yaml")


@pytest.mark.long
def test_a_mixture_s_root_can_be_set_on_dvc_s_command_line(fresh):
    """Names with a hyphen, as those that ship. Another root means other jobs, which takes a second call."""
    fresh.set("mixtures", {"cat-face": {"sources": ["cat", "face"], "root": "cat"}})
    fresh.planned()
    fresh.commit("a mixture's name with a hyphen")
    command = ("exp", "run", "--set-param", "mixtures.cat-face.root=face")
    assert "run dvc repro again" in fresh.dvc(*command, expect=255)
    fresh.dvc(*command)
    assert fresh.params["mixtures"]["cat-face"]["root"] == "face"
    made = fresh.made()
    assert "results/rooted/cat-face/cat/seed0.safetensors" in made
    assert "results/rooted/cat-face/face/seed0.safetensors" not in made
    told = fresh.dvc("exp", "run", "--set-param", "mixtures.cat+face.root=face", expect=255)
    assert "mismatched input '+'" in told  # as docs/experiments.md says
