"""The cache: same facts, same tensors, no computing; whatever is broken is made anew."""

from dataclasses import replace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.cache import Cache, generator_sha256
from gan_cocktail.tensors import save_tensors
from tests.conftest import TINY


class Counted:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"features": torch.arange(12.0).view(4, 3)}


@pytest.fixture
def compute():
    return Counted()


def test_equal_facts_are_computed_once(tmp_path, compute):
    first = Cache(tmp_path).get(compute, label=0, resize="x")
    again = Cache(tmp_path).get(compute, label=0, resize="x")
    assert compute.calls == 1
    assert torch.equal(first["features"], again["features"])
    Cache(tmp_path).get(compute, label=1, resize="x")
    assert compute.calls == 2


def test_without_a_folder_nothing_is_kept(compute):
    for _ in range(2):
        Cache().get(compute, label=0)
    assert compute.calls == 2
    Cache().prune()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.integers(0, 99))
def test_a_cut_file_is_made_anew(tmp_path, share):
    compute, cache = Counted(), Cache(tmp_path / str(share))
    expected = cache.get(compute, label=0)
    (file,) = cache.folder.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: share * len(whole) // 100])
    assert torch.equal(cache.get(compute, label=0)["features"], expected["features"])
    assert compute.calls == 2
    assert file.read_bytes() == whole


@pytest.mark.parametrize("facts", [{}, {"kind": "another"}])
def test_another_s_tensors_under_the_name_are_not_taken(tmp_path, compute, facts):
    cache = Cache(tmp_path)
    cache.get(compute, label=0)
    (file,) = tmp_path.iterdir()
    save_tensors({"features": torch.zeros(1)}, facts, file)
    assert len(cache.get(compute, label=0)["features"]) == 4


def test_pruning_removes_what_was_not_asked_for_and_nothing_of_others(tmp_path, compute):
    Cache(tmp_path).get(compute, label=0)
    (tmp_path / "mine.safetensors").write_text("kept")
    now = Cache(tmp_path)
    now.get(compute, label=1)
    now.prune()
    assert {path.name for path in tmp_path.iterdir()} == {"mine.safetensors", *(path.name for path in now.used)}
    assert len(now.used) == 1


def test_a_generator_is_known_by_its_weights_and_architecture():
    model = Model.random(TINY, 0)
    known = generator_sha256(model)
    assert generator_sha256(replace(model, D={}, info={"kind": "x"})) == known
    assert generator_sha256(Model.random(TINY, 1)) != known
    assert generator_sha256(replace(model, network=TINY.model_copy(update={"conv_clamp": 256.0}))) != known
    for name, weight in model.G.items():
        changed = weight.contiguous().clone()
        changed.view(-1)[-1] += 1
        assert generator_sha256(replace(model, G=model.G | {name: changed})) != known
