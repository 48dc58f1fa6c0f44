"""The ways to merge that are ours: what each keeps of which model."""

import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.mean import mean
from gan_cocktail.merging.table import MERGES
from gan_cocktail.params.ways import read_way
from tests.conftest import TINY

CONDITIONAL = TINY.model_copy(update={"c_dim": 3})


def merge(name, models, root, owners):
    return MERGES[name](Ingredients(models, root, owners), read_way({"way": name}))


def models():
    found = [Model.random(CONDITIONAL, seed) for seed in range(3)]
    for k, model in enumerate(found):  # biases begin at 0: here they differ
        for state in (model.G, model.D):
            state["mapping.embed.bias"] = torch.full_like(state["mapping.embed.bias"], float(k))
    return found


def test_each_class_has_the_vector_of_its_own_model():
    every, one_hot = models(), torch.eye(3)
    merged = merge("own_embeddings", every, 0, range(3))
    for net in (Model.generator, Model.discriminator):
        found = net(merged).mapping.embed(one_hot)
        for i, model in enumerate(every):
            torch.testing.assert_close(found[i], net(model).mapping.embed(one_hot)[i], atol=1e-5, rtol=1e-5)


def test_all_else_is_the_mean():
    merged, plain = merge("own_embeddings", models(), 0, range(3)), mean(models())
    for part in ("G", "D"):
        for name, value in getattr(plain, part).items():
            assert torch.equal(value, getattr(merged, part)[name]) != (name == "mapping.embed.weight"), name


def test_the_root_keeps_its_discriminator():
    every = models()
    merged, plain = merge("root_discriminator", every, 1, range(3)), mean(every)
    assert all(torch.equal(value, merged.G[name]) for name, value in plain.G.items())
    assert all(torch.equal(value, merged.D[name]) for name, value in every[1].D.items())


def test_a_model_of_several_classes_gives_each_its_vector():
    root, leaf = models()[:2]
    merged, plain, one_hot = merge("own_embeddings", [root, leaf], 0, [0, 1, 0]), mean([root, leaf]), torch.eye(3)
    for net in (Model.generator, Model.discriminator):
        found, wanted = net(merged).mapping.embed(one_hot), [net(m).mapping.embed(one_hot) for m in (root, leaf)]
        torch.testing.assert_close(found, torch.stack([wanted[0][0], wanted[1][1], wanted[0][2]]), atol=1e-5, rtol=1e-5)
    assert torch.equal(merged.G["synthesis.b4.const"], plain.G["synthesis.b4.const"])
    with pytest.raises(CocktailError, match="expected for each of 3 classes which model it is of, found 2"):
        merge("own_embeddings", [root, leaf], 0, [0, 1])
