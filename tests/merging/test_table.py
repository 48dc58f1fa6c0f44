"""The ways to merge beside the mean: what each keeps of which model."""

import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.mean import mean
from gan_cocktail.merging.table import MERGES
from tests.conftest import TINY

CONDITIONAL = TINY.model_copy(update={"c_dim": 3})


def models():
    found = [Model.random(CONDITIONAL, seed) for seed in range(3)]
    for k, model in enumerate(found):  # biases begin at 0: here they differ
        for state in (model.G, model.D):
            state["mapping.embed.bias"] = torch.full_like(state["mapping.embed.bias"], float(k))
    return found


def test_each_class_has_the_vector_of_its_own_model():
    every, one_hot = models(), torch.eye(3)
    merged = MERGES["own_embeddings"](every, 0)
    for net in (Model.generator, Model.discriminator):
        found = net(merged).mapping.embed(one_hot)
        for i, model in enumerate(every):
            torch.testing.assert_close(found[i], net(model).mapping.embed(one_hot)[i], atol=1e-5, rtol=1e-5)


def test_all_else_is_the_mean():
    merged, plain = MERGES["own_embeddings"](models(), 0), mean(models())
    for part in ("G", "D"):
        for name, value in getattr(plain, part).items():
            assert torch.equal(value, getattr(merged, part)[name]) != (name == "mapping.embed.weight"), name


def test_the_root_keeps_its_discriminator():
    every = models()
    merged, plain = MERGES["root_discriminator"](every, 1), mean(every)
    assert all(torch.equal(value, merged.G[name]) for name, value in plain.G.items())
    assert all(torch.equal(value, merged.D[name]) for name, value in every[1].D.items())


def test_every_way_leaves_a_model_merged_with_itself_as_it_is():
    model = Model.random(CONDITIONAL, 0)
    for way in MERGES.values():
        merged = way([model] * 3, 2)
        for part in ("G", "D"):
            for name, value in getattr(model, part).items():
                torch.testing.assert_close(getattr(merged, part)[name], value, atol=1e-6, rtol=1e-6)
