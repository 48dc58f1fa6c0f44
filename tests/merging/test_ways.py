"""What holds of every way to merge: identities, weights that are honoured, and what is refused."""

import math
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.fisher import by_fisher
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.table import MERGES
from gan_cocktail.params.ways import WAYS, Dare, Mean, Slerp, Task, Ties, read_way
from tests.conftest import TINY
from tests.networks.test_networks import lively

LAYERS = {"layers": "4-8=1,3 G.16=2,1"}
WEIGHTED = [name for name, section in WAYS.items() if "weights" in section.model_fields]
CONDITIONAL = TINY.model_copy(update={"c_dim": 2})


def fisher_of(model, seed):
    rng = torch.Generator().manual_seed(seed)
    G, D = (
        {name: torch.rand(value.shape, generator=rng) for name, value in state.items() if "const" not in name[-11:]}
        for state in (model.G, model.D)
    )
    return Fisher(G, D)


def merge(name, models, weights=None, root=0, **more):
    """By a way's defaults, but for these parameters; with Fisher information that differs."""
    more = (LAYERS if name == "layers" else {}) | more
    more |= {} if weights is None else {"weights": weights}
    fishers = [fisher_of(model, seed) for seed, model in enumerate(models)] if name == "fisher" else []
    ingredients = Ingredients(models, root, range(models[0].network.c_dim), fishers)
    return MERGES[name](ingredients, read_way({"way": name} | more))


def broken(model):
    """With NaN for all numbers."""
    return replace(model, **{p: {k: torch.full_like(v, torch.nan) for k, v in getattr(model, p).items()} for p in "GD"})


def same(one, other, parts="GD"):
    return all(
        torch.equal(value, getattr(other, part)[name]) for part in parts for name, value in getattr(one, part).items()
    )


def test_table_and_parameters_name_the_same_ways():
    assert list(MERGES) == list(WAYS)


@pytest.mark.parametrize("name", MERGES)
def test_a_model_merged_with_itself_is_itself(name):
    model = replace(lively(CONDITIONAL, 0), classes=("cat", "dog"))
    merged = merge(name, [model, model])
    assert merged.classes == model.classes
    if name == "aligned":  # here nothing to align
        assert same(model, merged)
    for part in "GD":
        for key, value in getattr(model, part).items():
            if name == "own_embeddings" and key == "mapping.embed.weight":  # is made of biases too
                torch.testing.assert_close(getattr(merged, part)[key], value)
            else:
                assert torch.equal(getattr(merged, part)[key], value), key


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_of_one_and_nothing_give_the_one_and_never_look_at_the_other(name):
    """Not even where it holds NaN, which times 0 is NaN; for layers, where none is named."""
    one, other = lively(TINY, 0), lively(TINY, 1)
    more = {"layers": {"mapping": [1, 0]}} if name == "layers" else {}
    if name != "aligned":  # it looks for the order of the other's channels
        other = broken(other)
    assert same(one, merge(name, [one, other], [1, 0], **more))


@pytest.mark.parametrize("name", ["mean", "layers", "slerp", "fisher"])
def test_so_do_weights_of_nothing_and_one(name):
    one, other = broken(lively(TINY, 0)), lively(TINY, 1)
    more = {"layers": {"mapping": [0, 1]}} if name == "layers" else {}
    assert same(other, merge(name, [one, other], [0, 1], **more))


@settings(max_examples=15, deadline=None)
@given(weights=st.lists(st.floats(0, 5, allow_subnormal=False), min_size=3, max_size=3).filter(lambda w: sum(w) > 0.1))
def test_the_weighted_mean_is_linear_in_every_parameter_and_buffer(weights):
    models = [Model.random(TINY, seed) for seed in range(3)]
    merged = merge("mean", models, weights)
    for key in models[0].G:
        wanted = sum(w * m.G[key].double() for w, m in zip(weights, models, strict=True)) / sum(weights)
        torch.testing.assert_close(merged.G[key], wanted.float())


def test_equal_weights_are_the_plain_mean():
    models = [Model.random(TINY, seed) for seed in range(3)]
    plain, weighted = merge("mean", models), merge("mean", models, [2, 2, 2])
    torch.testing.assert_close(plain.G, weighted.G)
    torch.testing.assert_close(plain.D, weighted.D)


@settings(max_examples=15, deadline=None)
@given(t=st.floats(0, 1, allow_subnormal=False))
def test_on_the_arc_norms_are_between_and_angles_divided(t):
    one, other = Model.random(TINY, 0), Model.random(TINY, 1)
    merged = merge("slerp", [one, other], [1 - t, t])
    key = "synthesis.b8.conv1.weight"
    a, b, m = (model.G[key].double().flatten() for model in (one, other, merged))

    def angle(x, y):
        return math.acos(max(-1, min(1, float(x @ y / x.norm() / y.norm()))))

    torch.testing.assert_close(m.norm(), (1 - t) * a.norm() + t * b.norm(), rtol=1e-6, atol=0)
    assert angle(a, m) == pytest.approx(t * angle(a, b), abs=1e-3)
    for name in ("mapping.w_avg", "synthesis.b4.conv1.noise_const"):
        torch.testing.assert_close(merged.G[name], torch.lerp(one.G[name], other.G[name], t))


def test_task_arithmetic_adds_differences():
    root, *others = models = [Model.random(TINY, seed) for seed in range(3)]
    merged = MERGES["task"](Ingredients(models), Task(scale=0.5, weights=[9, 2, -1]))
    for key, value in root.G.items():
        wanted = value + 0.5 * (2 * (others[0].G[key] - value) - (others[1].G[key] - value))
        torch.testing.assert_close(merged.G[key], wanted)
    assert same(models[2], MERGES["task"](Ingredients(models, root=1), Task(scale=1, weights=[0, 5, 1])))


KEY = "synthesis.b4.conv1.bias"


def with_bias(*values):
    model = Model.random(TINY, 0)
    bias = torch.zeros(16)
    bias[: len(values)] = torch.tensor(values)
    return replace(model, G=model.G | {KEY: bias})


def test_ties_keeps_the_largest_that_agree():
    """By hand: 4 of 16 elements are kept; signs are elected, and those that agree averaged."""
    models = [with_bias(), with_bias(4, -3, 2, 1, 0.5), with_bias(2, 5, -1, 3, 0.5)]
    found = MERGES["ties"](Ingredients(models), Ties(density=0.25)).G[KEY]
    assert found[:5].tolist() == [3, 5, 2, 2, 0]
    found = MERGES["ties"](Ingredients(models), Ties(density=0.25, weights=[1, 3, 1])).G[KEY]
    assert found[:5].tolist() == [3.5, -3, 2, 1.5, 0]
    assert not found[5:].any()


def test_ties_of_all_of_one_difference_is_that_model():
    root, leaf = Model.random(TINY, 0), Model.random(TINY, 1)
    merged = MERGES["ties"](Ingredients([root, leaf]), Ties(density=1))
    torch.testing.assert_close(merged.G, leaf.G)


def test_dare_drops_a_share_and_keeps_the_expectation():
    root, leaf = Model.random(TINY, 0), Model.random(TINY, 1)
    merged = [MERGES["dare"](Ingredients([root, leaf], seed=s), Dare(drop=0.75, scale=1)) for s in (0, 0, 1)]
    key = "synthesis.b4.conv1.weight"
    changes = [(model.G[key] - root.G[key]) / (leaf.G[key] - root.G[key]) for model in merged]
    assert same(merged[0], merged[1])
    assert not same(merged[0], merged[2])
    kept = changes[0].abs() > 1e-3
    torch.testing.assert_close(changes[0][kept], torch.full((int(kept.sum()),), 4.0), rtol=1e-2, atol=0)
    assert abs(kept.float().mean() - 0.25) < 0.05  # of 2304 draws; 0.05 are 5 standard deviations
    assert torch.equal(merged[0].G["synthesis.b4.conv1.noise_const"], leaf.G["synthesis.b4.conv1.noise_const"])


def test_dare_drops_of_each_tensor_and_each_model_something_else():
    root, leaf = Model.random(TINY, 0), Model.random(TINY, 1)
    merged = MERGES["dare"](Ingredients([root, leaf, leaf]), Dare(drop=0.5, scale=1, weights=[9, 1, 1]))
    kept = [
        ((merged.G[name] - root.G[name]) / (leaf.G[name] - root.G[name]) / 2).round()  # of how many of the two
        for name in ("synthesis.b4.conv1.weight", "synthesis.b8.conv1.weight")  # of one shape
    ]
    assert kept[0].unique().tolist() == [0, 1, 2]
    assert kept[0].shape == kept[1].shape
    assert not torch.equal(*kept)


def test_dare_that_drops_nothing_is_task_arithmetic():
    models, how = [Model.random(TINY, seed) for seed in range(3)], {"scale": 0.7, "weights": [9, 1, -2]}
    one, other = (
        MERGES[way](Ingredients(models), read_way({"way": way} | how | more))
        for way, more in (("dare", {"drop": 0}), ("task", {}))
    )
    torch.testing.assert_close(one.G, other.G)
    torch.testing.assert_close(one.D, other.D)


def test_buffers_move_by_the_mean_where_ties_does():
    models, name = [Model.random(TINY, seed) for seed in range(3)], "synthesis.b4.conv1.noise_const"
    merged = MERGES["ties"](Ingredients(models), Ties(scale=0.5, weights=[9, 1, 3]))
    root, a, b = (model.G[name] for model in models)
    torch.testing.assert_close(merged.G[name], root + 0.5 * (a - root) / 4 + 0.5 * 3 * (b - root) / 4)


def test_fisher_counts_element_by_element():
    one, other = with_bias(1, 1, 1), with_bias(3, 3, 3)
    a, b = fisher_of(one, 0), fisher_of(other, 1)
    a.G[KEY], b.G[KEY] = torch.zeros(16), torch.zeros(16)
    a.G[KEY][:3], b.G[KEY][:3] = torch.tensor([1.0, 0, 0]), torch.tensor([3.0, 5, 0])
    for weights, wanted in ((None, [2.5, 3, 2]), ([3, 1], [2, 3, 1.5])):
        way = read_way({"way": "fisher", "floor": 0, "weights": weights})
        merged = MERGES["fisher"](Ingredients([one, other], fishers=[a, b]), way)
        torch.testing.assert_close(merged.G[KEY][:3], torch.tensor(wanted))


def test_a_floor_of_the_mean_information_is_added():
    """By hand: means of 0.02, of which half is added."""
    tensors = [torch.tensor([1.0, 2.0]).double(), torch.tensor([3.0, 5.0]).double()]
    fishers = [torch.tensor([0.01, 0.0]).double(), torch.tensor([0.03, 0.04]).double()]
    found = by_fisher(tensors, fishers, [0.5, 0.5], 0.5)
    torch.testing.assert_close(found, torch.tensor([(2 * 1 + 4 * 3) / 6, (1 * 2 + 5 * 5) / 6]).double())


def test_fisher_of_equal_information_is_the_mean():
    one, other = Model.random(CONDITIONAL, 0), Model.random(CONDITIONAL, 1)
    fisher = fisher_of(one, 0)
    merged = MERGES["fisher"](Ingredients([one, other], fishers=[fisher, fisher]), read_way({"way": "fisher"}))
    torch.testing.assert_close(merged.G, merge("mean", [one, other]).G)


@pytest.mark.parametrize("name", [name for name in MERGES if name not in ("own_embeddings", "root_discriminator")])
def test_without_a_discriminator_generators_are_merged(name):
    one, other = Model.random(TINY, 0), replace(Model.random(TINY, 1), D={})
    merged = merge(name, [one, other])
    assert merged.G.keys() == one.G.keys()
    assert bool(merged.D) is (name == "mean")  # plain: that of those that have one


@pytest.mark.parametrize("name", ["own_embeddings", "root_discriminator"])
def test_what_needs_discriminators_says_so(name):
    with pytest.raises(CocktailError, match="it has no discriminator"):
        merge(name, [replace(Model.random(CONDITIONAL, 0), D={}), Model.random(CONDITIONAL, 1)])


@pytest.mark.parametrize("name", MERGES)
def test_architectures_that_differ_are_refused(name):
    other = Model.random(CONDITIONAL.model_copy(update={"conv_clamp": 256.0}), 1)
    with pytest.raises(CocktailError, match=r"conv_clamp is None in the first model and 256\.0 in model 2"):
        merge(name, [Model.random(CONDITIONAL, 0), other])


@pytest.mark.parametrize("name", WEIGHTED)
def test_there_is_a_weight_for_each_model(name):
    more = {"layers": {"4": [1, 1]}} if name == "layers" else {}
    with pytest.raises(CocktailError, match=r"weights: expected 2, one for each model in order, found 3 \(1,1,0.5\)"):
        merge(name, [Model.random(TINY, 0), Model.random(TINY, 1)], [1, 1, 0.5], **more)


def test_other_mistakes_are_explained():
    models = [Model.random(TINY, seed) for seed in range(3)]
    with pytest.raises(CocktailError, match="expected two models, found 3"):
        MERGES["slerp"](Ingredients(models), Slerp())
    with pytest.raises(CocktailError, match="Fisher information of each of 3 models, found 0"):
        MERGES["fisher"](Ingredients(models), read_way({"way": "fisher"}))
    wrong = fisher_of(Model.random(TINY.model_copy(update={"w_dim": 8}), 0), 0)
    with pytest.raises(CocktailError, match="is it of another model"):
        MERGES["fisher"](Ingredients(models, fishers=[wrong] * 3), read_way({"way": "fisher"}))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"way": "tie"}, "unknown way 'tie', did you mean 'ties'?"),
        ({}, "unknown way None"),
        ({"way": "ties", "densty": 1}, "densty: unknown key, did you mean 'density'?"),
        ({"way": "ties", "density": 0}, "density: must be greater than 0, found 0"),
        ({"way": "mean", "weights": [-1, 2]}, "expected numbers of 0 or more, not all 0, found [-1.0, 2.0]"),
        ({"way": "mean", "weights": [0, 0]}, "not all 0"),
        ({"way": "mean", "weights": "0.5;0.5"}, "expected numbers such as 0.7,0.3, one a model, found '0.5;0.5'"),
        ({"way": "layers"}, "layers: missing"),
        ({"way": "layers", "layers": "4-16"}, "such as '4-16=1,0 32-=0,1 mapping=1,0', found '4-16' in '4-16'"),
        ({"way": "layers", "layers": "4=1,0 4=0,1"}, "each LAYERS once"),
        ({"way": "dare", "drop": 1}, "drop: must be less than 1, found 1"),
    ],
)
def test_wrong_parameters_are_explained(values, message):
    with pytest.raises(CocktailError) as e:
        read_way(values)
    assert message in str(e.value)


def test_plain_is_the_mean_of_equal_weights():
    assert Mean().is_plain
    assert not Mean(weights=[1, 1]).is_plain
    assert not Ties().is_plain
