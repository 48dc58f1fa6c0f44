"""Reference statistics: they know what made them; pooling is pooling."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Identity
from gan_cocktail.evaluation.metrics import frechet_distance, moments
from gan_cocktail.evaluation.reference import (
    PARTS,
    load_reference,
    make_reference,
    of_real_images,
    pool,
    save_reference,
)
from gan_cocktail.facts import read_facts
from gan_cocktail.tensors import save_tensors

WHO = Identity("efficientnet_lite0", "abc", "clean bicubic 64", 6)


def reference(n, seed, shift=0.0, origin="real"):
    features = np.random.default_rng(seed).normal(shift, 1, (n, 6)).astype(np.float32)
    return make_reference(features, WHO, origin, {"kind": "reference"})


def test_round_trip(tmp_path):
    before = reference(20, 0)
    save_reference([before], tmp_path / "r")
    after = load_reference(tmp_path / "r", WHO)
    assert (after.extractor, after.origin, after.n_images, after.info) == (WHO, "real", 20, before.info)
    for name in ("features", "mean", "cov"):
        np.testing.assert_array_equal(getattr(after, name), getattr(before, name))


@pytest.mark.parametrize("change", [{"name": "inception_v3"}, {"weights_sha256": "abd"}, {"resize": "x"}, {"dim": 5}])
def test_statistics_of_another_extractor_are_refused(tmp_path, change):
    save_reference([reference(20, 0)], tmp_path / "r")
    with pytest.raises(CocktailError, match="make the reference anew"):
        load_reference(tmp_path / "r", replace(WHO, **change))


def test_one_file_holds_statistics_by_several_extractors(tmp_path):
    other = Identity("inception_v3", "def", "clean bicubic 299", 3)
    rng = np.random.default_rng(1)
    second = make_reference(rng.normal(size=(20, 3)).astype(np.float32), other, "real", {"kind": "reference"})
    first = reference(20, 0)
    save_reference([first, second], tmp_path / "r")
    for before in (first, second):
        after = load_reference(tmp_path / "r", before.extractor)
        assert after.extractor == before.extractor
        np.testing.assert_array_equal(after.cov, before.cov)


def test_statistics_of_an_earlier_version_are_told_apart(tmp_path):
    save_tensors({}, {"extractor": {"name": "embedded"}, "n_images": 20}, tmp_path / "r")
    with pytest.raises(CocktailError, match="made with embedded features by an earlier version; make it anew"):
        load_reference(tmp_path / "r", WHO)


def test_what_are_no_statistics_is_refused(tmp_path):
    (tmp_path / "r").write_bytes(b"x")
    with pytest.raises(CocktailError, match="expected reference statistics"):
        load_reference(tmp_path / "r", WHO)
    with pytest.raises(CocktailError, match=re.escape("no such file")):
        load_reference(tmp_path / "none", WHO)


@settings(max_examples=20, deadline=None)
@given(sizes=st.lists(st.integers(20, 200), min_size=1, max_size=4), seed=st.integers(0, 99))
def test_the_pool_of_equal_shares_is_the_union_of_the_images(sizes, seed):
    parts = [reference(max(sizes), seed + i, shift=i) for i, _ in enumerate(sizes)]  # equal sizes: shares are uniform
    pooled = pool(parts, [1 / len(parts)] * len(parts), 0)
    together = np.concatenate([p.features for p in parts])
    mean, cov = moments(together)
    np.testing.assert_allclose(pooled.mean, mean, atol=2e-3)  # kept features are half precision
    np.testing.assert_allclose(pooled.cov, cov, atol=0.15 * (1 + np.abs(cov).max()))
    assert pooled.n_images == len(together)


def test_the_pool_follows_the_class_probabilities():
    a, b = reference(4000, 0, shift=0), reference(1000, 1, shift=3, origin="synthetic")
    pooled = pool([a, b], [0.9, 0.1], 0)
    assert pooled.origin == "synthetic"  # one synthetic part makes the whole so
    assert pool([a, a], [0.5, 0.5], 0).origin == "real"
    assert pooled.mean == pytest.approx(0.9 * a.mean + 0.1 * b.mean)
    assert (pooled.features[:, 0].astype(float) > 1.5).mean() == pytest.approx(0.1 + 0.9 * 0.067, abs=0.03)
    assert frechet_distance(*moments(pooled.features), pooled.mean, pooled.cov) < 0.1


@settings(max_examples=20, deadline=None)
@given(n=st.integers(0, 300), drawn=st.integers(1, 300))
def test_few_images_are_refused_or_known_as_few(n, drawn):
    if n < 2:
        with pytest.raises(CocktailError, match=f"at least 2 images, and 2,000 or more to be of use; found {n}"):
            reference(n, 0)
    else:
        assert reference(n, 0).few(drawn) == (min(n, drawn) < WHO.dim)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e30])  # the last is no longer finite in half precision
@pytest.mark.filterwarnings("ignore:overflow encountered", "ignore:invalid value")
def test_numbers_that_are_not_finite_are_not_saved(tmp_path, value):
    features = np.zeros((20, 6), np.float32)
    features[3, 4] = value
    with pytest.raises(CocktailError, match="r: its features are not all finite"):
        save_reference([make_reference(features, WHO, "real", {})], tmp_path / "r")
    assert not (tmp_path / "r").exists()


def test_numbers_that_are_not_finite_are_not_loaded(tmp_path):
    bad = replace(reference(20, 0), cov=np.full((6, 6), np.nan))
    arrays = {f"{WHO.name}/{name}": torch.from_numpy(getattr(bad, name)) for name in ("features", "mean", "cov")}
    save_tensors(arrays, {"extractors": {WHO.name: vars(WHO)}, "origin": "real", "info": {}}, tmp_path / "r")
    with pytest.raises(CocktailError, match="r: its cov are not all finite"):
        load_reference(tmp_path / "r", WHO)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ({"extractors": {}}, "r: no `extractors` in it; expected statistics"),
        ({"extractors": {WHO.name: {"name": WHO.name}}}, "r: expected name, weights, resizing and size"),
        ({"extractors": {WHO.name: "abc"}}, "r: expected name, weights, resizing and size"),
        ({"origin": None}, "r: expected features, mean, cov, and what they are of; the file is damaged"),
        ({"info": None}, "r: expected features, mean, cov, and what they are of; the file is damaged"),
        ("cov", "r: expected features, mean, cov, and what they are of; the file is damaged"),
    ],
)
def test_damaged_statistics_are_refused_by_name(tmp_path, damage, told):
    kept = [part for part in PARTS if part != damage]
    arrays = {f"{WHO.name}/{part}": torch.from_numpy(getattr(reference(20, 0), part)) for part in kept}
    facts = {"extractors": {WHO.name: vars(WHO)}, "origin": "real", "info": {}}
    facts |= damage if isinstance(damage, dict) else {}
    save_tensors(arrays, {key: value for key, value in facts.items() if value is not None}, tmp_path / "r")
    with pytest.raises(CocktailError, match=re.escape(f"{tmp_path}/{told}")):
        load_reference(tmp_path / "r", WHO)


def test_the_file_says_of_how_many_images_it_is(tmp_path):
    save_reference([reference(2, 0)], tmp_path / "r")
    assert read_facts(tmp_path / "r", "statistics")["n_images"] == 2


def test_what_was_read_is_told_of_real_images_alone():
    real, drawn = (
        replace(reference(9, 0, origin=o), info={"read": {"sentence": "9 images"}}) for o in ("real", "synthetic")
    )
    assert of_real_images(["a", "b", "c"], [real, drawn, reference(9, 0)]) == {"a": "9 images"}
