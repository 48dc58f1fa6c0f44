"""The verbs as functions do what the verbs do, and importing them costs nothing until they are asked for."""

import json
import subprocess
import sys

import pytest
import torch

import gan_cocktail
from gan_cocktail import (
    CocktailError,
    EvaluationParams,
    Model,
    TrainingParams,
    UnionGAN,
    evaluate,
    generate,
    load,
    merge,
    save,
    train,
    widen,
)
from gan_cocktail.cli import evaluate as evaluate_verb
from gan_cocktail.cli import finetune as finetune_verb
from gan_cocktail.cli import merge as merge_verb
from gan_cocktail.cli import root as root_verb
from gan_cocktail.cli import widen as widen_verb
from gan_cocktail.evaluation.extractors import lite
from gan_cocktail.evaluation.reference import make_reference, save_reference
from tests.conftest import ROOT, SHIPPED, TINY
from tests.networks.test_networks import lively

NAMES = ["cat", "face"]
RECIPE = TrainingParams(batch_size=8)
SETTINGS = json.dumps({"batch_size": 8})


def same(a, b):
    """Whether two models have the same weights, to the last bit."""
    parts = (a.G, b.G), (a.D, b.D)
    return all(x.keys() == y.keys() and all(torch.equal(x[k], y[k]) for k in x) for x, y in parts)


@pytest.fixture
def sources(tmp_path):
    """Two unconditional models, and their files."""
    models, paths = [lively(TINY, k) for k in range(2)], [tmp_path / f"{name}.safetensors" for name in NAMES]
    for model, path in zip(models, paths, strict=True):
        save(model, path)
    return models, paths


@pytest.fixture
def widened(sources):
    return [widen(source, NAMES, name) for source, name in zip(sources[0], NAMES, strict=True)]


def test_importing_the_package_imports_no_pytorch():
    script = "import sys, gan_cocktail; dir(gan_cocktail); print('torch' in sys.modules, 'pydantic' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]


def test_all_that_the_package_shows_is_there_and_nothing_else():
    assert all(getattr(gan_cocktail, name).__doc__ for name in gan_cocktail.__all__)
    assert set(gan_cocktail.__all__) <= set(dir(gan_cocktail))
    with pytest.raises(AttributeError, match="mereg"):
        _ = gan_cocktail.mereg


def test_widening_and_averaging_are_the_verbs(sources, widened, tmp_path):
    paths = [tmp_path / f"wide_{name}" for name in NAMES]
    for name, path, out, mine in zip(NAMES, sources[1], paths, widened, strict=True):
        widen_verb.widen(path, out, "cat,face", name)
        assert same(load(out), mine)
        assert load(out).classes == mine.classes
    merge_verb.merge(paths, tmp_path / "mean")
    assert same(load(tmp_path / "mean"), merge(widened))


@pytest.mark.parametrize("rooting", [True, False])
def test_training_is_the_verb_root_for_one_source_and_merge_for_all(sources, widened, tmp_path, rooting):
    models, paths = sources
    save(widened[0], tmp_path / "start")
    shown = [None, models[1]] if rooting else models
    mine = train(widened[0], shown, kimg=0.016, folder=tmp_path / "mine", settings=RECIPE, seed=3)
    out = tmp_path / "out.safetensors"
    if rooting:
        root_verb.root(tmp_path / "start", paths[1], out, 0.016, "face", settings=SETTINGS, seed=3)
    else:
        finetune_verb.finetune(tmp_path / "start", paths, out, 0.016, settings=SETTINGS, seed=3)
    assert same(load(out), mine)
    assert mine.info["kind"] == load(out).info["kind"]


def test_a_training_continues_and_other_sources_are_another_training(sources, widened, tmp_path, capsys):
    models, _ = sources
    whole = train(widened[0], models, kimg=0.016, folder=tmp_path / "whole", settings=RECIPE)
    train(widened[0], models, kimg=0.008, folder=tmp_path / "parts", settings=RECIPE)
    assert "continuing" not in capsys.readouterr().out
    assert same(train(widened[0], models, kimg=0.016, folder=tmp_path / "parts", settings=RECIPE), whole)
    assert "continuing at 0.008 kimg" in capsys.readouterr().out
    other = train(widened[0], models[::-1], kimg=0.016, folder=tmp_path / "parts", settings=RECIPE)
    assert not same(other, whole)
    assert list((tmp_path / "parts").glob("before-*"))


def test_drawing_is_the_class_of_the_hub(widened):
    assert torch.equal(generate(widened[1], "face", [3, 1], 0.7), UnionGAN(widened[1]).draw("face", [3, 1], 0.7))
    assert torch.equal(generate(widened[1], 1, [3]), generate(widened[1], "face", [3]))


def test_measuring_is_the_verb(widened, tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)  # where the shipped weights are
    extractor = lite.load(SHIPPED, torch.device("cpu"))
    references = [tmp_path / f"reference_{name}" for name in NAMES]
    for name, path in zip(NAMES, references, strict=True):
        drawn = generate(widened[0], name, range(100, 130))
        save_reference([make_reference(extractor(drawn), extractor.identity, "real", {})], path)
    save(widened[1], tmp_path / "model")
    settings = {"n_images": 20, "kid_subset_size": 10, "kid_subsets": 3, "ppl_paths": 2}
    rows = evaluate(widened[1], references, EvaluationParams(**settings), seed=2)
    out = tmp_path / "out.json"
    evaluate_verb.evaluate(references, [tmp_path / "model"], out, "cat,face", settings=json.dumps(settings), seed=2)
    told = json.loads(out.read_text())["rows"]
    assert [{k: each[k] for k in mine} for each, mine in zip(told, rows, strict=True)] == rows


def test_what_cannot_be_done_is_said(sources, widened):
    models, _ = sources
    with pytest.raises(CocktailError, match=r"own: expected 0 to 1 .*found dog"):
        widen(models[0], NAMES, "dog")
    with pytest.raises(CocktailError, match="each of 2 classes, found 0 sources"):
        train(widened[0], [None, None], kimg=1, folder="nowhere")
    with pytest.raises(CocktailError, match="each of 2 classes, found 1"):
        evaluate(widened[0], ["a"])
    with pytest.raises(CocktailError, match="models of one class each"):
        evaluate(widened, ["a", "b"])
    with pytest.raises(CocktailError, match="expected one or more models"):
        merge([])
    with pytest.raises(CocktailError, match="class_: expected one of cat, face"):
        generate(widened[0])
    assert Model.random(TINY, 0).class_names == ["0"]
