"""Trainings on a union refuse what is of another network than their initialisation."""

import pytest
import torch

from gan_cocktail.checkpoints.fisher import save_fisher
from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.data.images import write_zip
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.fisher import fisher_information
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.twist import Twist
from gan_cocktail.methods.unions import tune
from gan_cocktail.params.restraints import ConsistencyParams, EWCParams
from gan_cocktail.params.training import TrainingParams
from tests.conftest import TINY

CPU = torch.device("cpu")
TWO = TINY.model_copy(update={"c_dim": 2})


@pytest.fixture
def attempt(images, tmp_path):
    """Train two classes for a step with a twist."""
    write_zip(tmp_path / "images.zip", [images], {})

    def run(twist):
        return tune(
            Model.random(TWO, 0),
            Shown([tmp_path / "images.zip"] * 2),
            [0.5, 0.5],
            name="test",
            kimg=0.008,
            settings=TrainingParams(batch_size=8),
            seed=0,
            parents=[],
            folder=tmp_path / "training",
            device=CPU,
            twist=twist,
        )

    return run


def test_teachers_of_the_network_teach_and_others_are_refused(attempt, tmp_path):
    near, paths = ConsistencyParams(weight=1), [tmp_path / "a", tmp_path / "b"]
    for path, clamp in zip(paths, (None, 8.0), strict=True):
        save(Model.random(TWO.model_copy(update={"conv_clamp": clamp}), 1), path)
    attempt(Twist(consistency=near, teachers=[paths[0]] * 2))
    attempt(Twist(consistency=near, teachers=[None, paths[0]]))
    with pytest.raises(CocktailError, match=r"--teacher: .*conv_clamp is None in the initialisation and 8.0 in .*b"):
        attempt(Twist(consistency=near, teachers=paths))
    with pytest.raises(CocktailError, match="--consistency and --teacher go together"):
        Twist(consistency=near, teachers=[None, None])


def test_fisher_information_of_another_network_is_refused(attempt, tmp_path):
    told = EWCParams(mapping=1, synthesis=1, discriminator=1)
    for name, network in {"own": TWO, "other": TWO.model_copy(update={"mapping_layers": 3})}.items():
        found = fisher_information(Model.random(network, 0), [0], 1, 0, CPU)
        found.info = {"kind": "fisher"}
        save_fisher(found, tmp_path / name)
    attempt(Twist(ewc=told, fisher=tmp_path / "own"))
    with pytest.raises(CocktailError, match=r"other: G.mapping.fc2.\w+ of .* is no weight of the initialisation"):
        attempt(Twist(ewc=told, fisher=tmp_path / "other"))
