"""An experiment is a file, and its results have a folder of their own."""

import json
import sys
from pathlib import Path

import pytest
import yaml

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import outputs
from gan_cocktail.plan.experiment import FOLDERS
from tests.integration.repository import PARAMS
from workflow.coupling import sync
from workflow.coupling.contents import not_asked
from workflow.coupling.experiment import check_merged, claim, file_of, plan_of, read


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(PARAMS))
    return tmp_path


def experiment(path):
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(PARAMS))
    return file


def run(path):
    """What a run of an experiment does before its first job."""
    plan = plan_of(read(Path(path)), Path(path))
    claim(plan, Path(path))
    return plan


def test_results_have_the_name_of_their_file():
    assert run(experiment("experiments/longer.yaml")).results == "results/longer"
    assert run("params.yaml").results == "results"
    assert not Path("results/experiment.txt").exists()


def test_no_experiment_s_folder_is_one_that_params_yaml_s_has():
    sources = {"cat": {"dataset": "cat.zip"}, "face": {"model": "face.safetensors"}}
    more = {"sources": sources, "methods": ["ours", "ewc", "average_unrooted"], "applications": {}}
    made = {
        Path(path).parts[1] for path in outputs(plan_of(PARAMS | more, Path("params.yaml"))) if Path(path).parts[2:]
    }
    assert {"sources", "fisher", "applications"} < made <= FOLDERS
    for name in sorted(made):
        for spelt in (name, name.upper()):
            with pytest.raises(
                CocktailError, match=f"experiments/{spelt}.yaml: results/{spelt}/ has results of params"
            ):
                plan_of(PARAMS, Path(f"experiments/{spelt}.yaml"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("experiments/a.yaml", "other/a.yaml"),
        ("other/a.yaml", "experiments/a.yaml"),
        ("other/a.yaml", "third/a.yaml"),
        ("a.yaml", "a.yml"),
        ("experiments/a.yml", "experiments/a.yaml"),
        ("experiments/a.yaml", "experiments/a.json"),
    ],
)
def test_two_files_of_one_name_do_not_share_results(first, second, tmp_path):
    run(experiment(first))
    experiment(second)
    with pytest.raises(
        CocktailError, match=f"{second}: results/a/ is for the results of {first}; give the file another"
    ):
        run(second)
    with pytest.raises(CocktailError, match="is for the results of"):
        run(tmp_path / second)
    run(first)
    run(tmp_path / first)
    run(Path("..", tmp_path.name, first))


def test_a_name_in_experiments_is_taken_before_it_runs():
    experiment("experiments/full.yaml")
    with pytest.raises(CocktailError, match=r"results/full/ is for the results of experiments/full.yaml"):
        run(experiment("mine/full.yaml"))


def test_a_file_that_was_moved_keeps_its_results():
    run(experiment("experiments/a.yaml"))
    Path("studies").mkdir()
    Path("experiments/a.yaml").rename("studies/a.yaml")
    assert run("studies/a.yaml").results == "results/a"
    with pytest.raises(CocktailError, match=r"of studies/a.yaml"):
        run(experiment("experiments/a.yaml"))


def test_a_file_outside_the_project_is_known_by_its_whole_path(tmp_path_factory):
    outside = tmp_path_factory.mktemp("elsewhere") / "a.yaml"
    run(experiment(outside))
    run(outside)
    with pytest.raises(CocktailError, match=f"of {outside}"):
        run(experiment("experiments/a.yaml"))


def test_one_file_tells_of_an_experiment():
    assert file_of([], {}) == Path("params.yaml")
    assert file_of([Path("x.yaml")], {}) == Path("x.yaml")
    with pytest.raises(CocktailError, match="expected one file"):
        file_of([Path("x.yaml"), Path("y.yaml")], {})
    with pytest.raises(CocktailError, match=r"--config seed: results/ is of what params.yaml says"):
        file_of([], {"seed": 1})


@pytest.mark.parametrize("name", ["params.yaml", "experiments/a.yaml", "dvc.lock"])
@pytest.mark.parametrize("style", ["merge", "diff3"])
def test_what_a_merge_left_open_is_told_with_the_ways_out(name, style):
    file = experiment(name)
    check_merged(file)
    base = "||||||| base\nseed: 3\n" if style == "diff3" else ""
    file.write_text(f"seeds: [1]\n<<<<<<< HEAD\nseed: 1\n{base}=======\nseed: 2\n>>>>>>> other\n")
    with pytest.raises(CocktailError) as error:
        check_merged(file)
    assert str(error.value).startswith(f"{name}, line 2: a merge left both sides here")
    assert f"`git checkout --ours {name}` or `git checkout --theirs {name}`" in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_has_no_markers_or_is_not_there_is_none_of_a_merge():
    check_merged(Path("nowhere"))
    Path("x.yaml").write_text("title: a <<<<<<< b\n# =======\nline: |\n  >>>>>>> quoted\n")
    check_merged(Path("x.yaml"))
    with pytest.raises(CocktailError, match=r"nowhere.yaml: no such file"):
        read(Path("nowhere.yaml"))


def test_what_params_yaml_makes_needs_dvc_and_other_experiments_do_without(monkeypatch):
    Path(".dvc").mkdir()
    monkeypatch.setitem(sys.modules, "dvc", None)  # as if it were not installed
    sync.before(run(experiment("experiments/a.yaml")), not_asked)
    with pytest.raises(CocktailError, match=r"is not installed: pip install 'gan-cocktail\[workflow\]'"):
        sync.before(run("params.yaml"), not_asked)
