"""An experiment is a file, and its results have a folder of their own."""

from pathlib import Path

import pytest

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import outputs
from tests.integration.repository import PARAMS
from workflow.coupling.experiment import FOLDERS, plan_of


def test_results_have_the_name_of_their_file():
    assert plan_of(PARAMS, [Path("experiments/longer.yaml")], {}).results == "results/longer"
    assert plan_of(PARAMS, [Path("params.yaml")], {}).results == "results"


def test_no_experiment_s_folder_is_one_that_params_yaml_s_has():
    sources = {"cat": {"dataset": "cat.zip"}, "face": {"model": "face.safetensors"}}
    more = {"sources": sources, "methods": ["ours", "ewc", "average_unrooted"], "applications": {}}
    made = {Path(path).parts[1] for path in outputs(plan_of(PARAMS | more, [], {})) if Path(path).parts[2:]}
    assert {"sources", "fisher", "applications"} < made <= FOLDERS
    for name in sorted(made):
        with pytest.raises(CocktailError, match=f"experiments/{name}.yaml: results/{name}/ has results of params.yaml"):
            plan_of(PARAMS, [Path(f"experiments/{name}.yaml")], {})
