"""params.yaml: typed once, wrong values stop everything with the nearest right name or the bounds."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from gan_cocktail.cli.schema import schema_text
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.evaluation import SHIPPED, EvaluationParams
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams

ROOT = Path(__file__).parents[1]
FILES = [ROOT / "params.yaml", *sorted((ROOT / "experiments").glob("*.yaml"))]
BASE = yaml.safe_load((ROOT / "params.yaml").read_text())


def changed(path, value):
    values = json.loads(json.dumps(BASE))
    section = values
    *parents, last = path.split(".")
    for key in parents:
        section = section[key]
    section[last] = value
    return values


def test_the_schema_is_generated_from_the_types():
    assert (ROOT / "workflow/schemas/params.schema.json").read_text() == schema_text()


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_shipped_experiments_are_valid(file):
    values = yaml.safe_load(file.read_text())
    parse_section(Params, values, file.name)
    jsonschema.validate(values, json.loads(schema_text()))


def test_every_key_of_params_yaml_is_there_and_commented():
    assert set(BASE) == set(Params.model_fields)
    assert set(BASE["training"]) == set(TrainingParams.model_fields)
    lines = (ROOT / "params.yaml").read_text().splitlines()
    named = {"sources", "mixtures", "variants"}  # their entries are the user's own
    in_named = False
    for line in lines:
        if re.match(r"^\w+:", line):
            in_named = line.split(":")[0] in named
        if re.match(r"^ *\w+:", line) and not (in_named and line.startswith(" ")):
            assert "#" in line, line


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("seeed", 1, "seeed: unknown key, did you mean 'seed'?"),
        ("training.batchsize", 8, "training.batchsize: unknown key, did you mean 'batch_size'?"),
        ("training.augmentation", {"targt": 1}, "training.augmentation.targt: unknown key, did you mean 'target'?"),
        ("mixtures.cat-face.rot", "cat", "mixtures.cat-face.rot: unknown key, did you mean 'root'?"),
        ("rooting.kimg", -1, "rooting.kimg: must be greater than 0, found -1"),
        ("training.precision", "fp8", "must be 'fp32', 'bf16' or 'fp16', found 'fp8'"),
        ("training.batch_size", 18, "batch_size must be a multiple of 4, found 18"),
        ("evaluation.kid_subset_size", 5000, "kid_subset_size (5000) exceeds n_images (1000)"),
        ("mixtures.cat-face.sources", ["cat", "fase"], "unknown source 'fase', did you mean 'face'?"),
        ("mixtures.cat-face.sources", ["cat"], "mixtures.cat-face.sources: needs 2 or more, found"),
        ("mixtures.cat-face.root", "car", "root 'car' is none of its sources"),
        ("mixtures.cat-face.class_probabilities", [1.0], "1 class_probabilities for 2 sources"),
        ("sources.1", {"model": "x"}, "sources.1: a number is no name, for classes have numbers"),
        ("sources.cat", {"reference": "x"}, "a source needs `model` (a checkpoint) or `dataset`"),
        ("sources.cat", {"dataset": "x", "reference": "y"}, "gets its reference from it; drop `reference`"),
        ("sources.cat", {"model": "x", "reading": {"bits": 12}}, "images of a `dataset`, and there is none"),
        ("sources.cat", {"model": "x", "images": "y"}, "`images` stand for a model that is not at hand"),
        ("sources.cat", {"dataset": "x", "images": "y"}, "`images` stand for a model that is not at hand"),
        ("sources.cat", {"images": "x", "class": 1}, "`class` is of a `model`, and there is none"),
        (
            "sources.cat",
            {"images": "x"},
            "mixtures.cat-face: its root, cat, is given as images, and a root needs weights",
        ),
        ("sources.cat", {"images": "x"}, "set `root` to face"),
        ("sources.cat", {"dataset": "x", "class": 1}, "`class` is of a `model`, and there is none"),
        ("sources.cat", {"model": "x", "class": -1}, "sources.cat.class"),
        ("sources.cat", {"model": "x", "class_": 1}, "sources.cat.class_: unknown key, did you mean 'class'?"),
        ("sources.cat", {"dataset": "x", "reading": {"fit": "stretch"}}, "sources.cat.reading.fit: must be 'crop' or"),
        ("sources.cat", {"dataset": "x", "reading": {"pad": 1}}, "sources.cat.reading.pad: unknown key"),
        ("sources.cat", {"images": "x", "discriminator_kimg": 2}, "`discriminator_kimg` is of a `model` that has no"),
        ("sources.cat", {"dataset": "x", "discriminator_kimg": 2}, "discriminator, and there is no `model`"),
        (
            "sources.cat",
            {"model": "x", "discriminator_kimg": 0},
            "sources.cat.discriminator_kimg: must be greater than 0",
        ),
        ("methods", ["ours", "ours"], "methods: a value stands twice"),
        ("seeds", [1, 1], "seeds: a value stands twice"),
        ("source_training.network.c_dim", 3, "network.c_dim must be 0"),
        ("mixtures", {"a b": {"sources": ["cat", "face"]}}, "mixtures.a b: names are of letters, digits, _, + and -"),
        ("mixtures.cat-face", ["cat", "face"], "mixtures.cat-face: must be a mapping of keys to values, found ['cat'"),
        (
            "figures.palette",
            "okabe",
            "figures.palette: must be 'okabe-ito', 'tol-bright' or 'tol-muted', found 'okabe'",
        ),
        ("figures.width", 1.5, "figures.width: must be greater than or equal to 2.5, found 1.5"),
        ("evaluation.features", "inception", "evaluation.features.0: must be 'efficientnet_lite0', 'inception_v3'"),
        ("evaluation.features", ["clip", "clip"], "features: a name stands twice in ['clip', 'clip']"),
        ("evaluation.weights", {"clap": "x"}, "evaluation.weights"),
        ("sources.a", {"model": "x{a}/m"}, "sources.a.model: must be a path without braces, which Snakemake"),
        ("evaluation.weights", {"clip": "{x}"}, "evaluation.weights.clip: must be a path without braces"),
        ("sources.mean", {"model": "m"}, "sources.mean: tables use this name"),
        ("sources.Cat", {"model": "m"}, "sources: 'cat' and 'Cat' differ by case alone"),
        ("mixtures.CAT-face", {"sources": ["cat", "face"]}, "mixtures: 'cat-face' and 'CAT-face' differ by case alone"),
        ("methods", ["ours", "Ours"], "methods: 'ours' and 'Ours' differ by case alone"),
        ("variants", {"OURS": {"method": "ewc"}}, "methods: 'ours' and 'OURS' differ by case alone"),
        ("variants", {"a": {"method": "ewc"}, "A": {}}, "methods: 'a' and 'A' differ by case alone"),
    ],
)
def test_wrong_values_are_explained(path, value, message):
    with pytest.raises(CocktailError, match=re.escape(message)) as error:
        parse_section(Params, changed(path, value), "params.yaml")
    assert str(error.value).startswith("params.yaml:")
    assert str(error.value).count("params.yaml:") == 1


UNION = {
    "sources": {
        "cat": {"model": "union", "class": "cat"},
        "face": {"model": "union", "class": "face"},
        "dog": {"model": "dog.pkl"},
        "box": {"images": "drawn"},
    },
    "mixtures": {"m": {"sources": ["cat", "face", "dog", "box"], "root": ["face", "cat"]}},
}


def test_several_classes_of_one_model_are_a_root():
    m = parse_section(Params, UNION, "params.yaml").mixtures["m"]
    assert (m.root_name, m.root_label, m.leaves) == ("cat", "cat+face", ["dog", "box"])
    assert m.models == ["cat", "dog", "box"]
    assert [m.model_of(s) for s in m.sources] == ["cat", "cat", "dog", "box"]
    assert [m.classes_of(s) for s in m.models] == [["cat", "face"], ["dog"], ["box"]]


@pytest.mark.parametrize("root", ["cat", ["cat"]])
def test_one_class_of_a_union_is_a_root_by_itself(root):
    mixture = {"sources": ["face", "cat", "dog"], "root": root}
    params = parse_section(Params, UNION | {"mixtures": {"m": mixture}}, "params.yaml")
    m = params.mixtures["m"]
    assert (m.root_name, m.root_label, m.leaves, m.models) == ("cat", "cat", ["face", "dog"], m.sources)
    assert parse_section(Params, params.model_dump(mode="json"), "again") == params


@pytest.mark.parametrize(
    ("mixture", "sources", "message"),
    [
        ({"root": ["cat", "dog"]}, {}, "one `model`, of each a `class` of its own; dog has no `class`"),
        ({"root": ["cat", "box"]}, {}, "one `model`, of each a `class` of its own; box has no `class`"),
        (
            {"root": ["cat", "dog"]},
            {"dog": {"model": "dog.pkl", "class": 1}},
            "cat and dog: a root of several sources is",
        ),
        ({"root": ["cat", "dog"]}, {"dog": {"model": "dog.pkl", "class": 1}}, "their `model`s differ"),
        ({}, {"face": {"model": "union", "class": "cat"}}, "face and cat: they are the same `class` of one `model`"),
        (
            {},
            {"cat": {"model": "union", "class": "cat", "discriminator_kimg": 2}},
            "face and cat: they get one discriminator; give all the same `discriminator_kimg`",
        ),
        ({"root": ["cat", "cat"]}, {}, "root: a source stands twice in ['cat', 'cat']"),
        ({"root": ["cat", "fish"]}, {}, "root 'fish' is none of its sources"),
        (
            {"root": []},
            {},
            "root: expected one or more of ['cat', 'face', 'dog', 'box'], but not all of them, found []",
        ),
        ({"sources": ["cat", "face"]}, {}, "but not all of them, found ['face', 'cat']"),
        ({"root": ["box"]}, {}, "its root, box, is given as images, and a root needs weights"),
    ],
)
def test_what_is_no_union_is_no_root(mixture, sources, message):
    values = {"sources": UNION["sources"] | sources, "mixtures": {"m": UNION["mixtures"]["m"] | mixture}}
    with pytest.raises(CocktailError, match=re.escape(message)):
        parse_section(Params, values, "params.yaml")


def test_all_problems_are_told_at_once():
    values = changed("seeed", 1)
    values["rooting"]["kimg"] = 0
    with pytest.raises(CocktailError) as error:
        parse_section(Params, values, "params.yaml")
    assert "seeed" in str(error.value)
    assert "rooting.kimg" in str(error.value)


@pytest.mark.parametrize(("key", "value"), [("img_resolution", 48), ("img_resolution", 8), ("channel_base", 16)])
def test_impossible_networks_are_refused(key, value):
    with pytest.raises(CocktailError, match=key):
        parse_section(NetworkParams, {key: value}, "network")


def test_a_part_of_the_source_recipe_keeps_the_rest_of_it():
    found = parse_section(Params, changed("source_training.training", {"learning_rate": 0.001}), "params.yaml")
    recipe = found.source_training.training
    assert (recipe.learning_rate, recipe.mirror, recipe.ema_kimg) == (0.001, True, 2)
    assert recipe.augmentation is not None


def test_total_budget_counts_rooting():
    params = parse_section(Params, BASE, "params.yaml")
    assert params.total_kimg("cat-face") == params.rooting.kimg + params.merging.kimg
    assert params.total_kimg("cat-face-flower") == 2 * params.rooting.kimg + params.merging.kimg


@pytest.mark.parametrize("features", ["inception_v3", ["inception_v3"]])
def test_one_extractor_can_be_given_without_a_list(features):
    assert EvaluationParams(features=features).features == ["inception_v3"]


def test_weights_are_those_that_ship_but_for_those_that_are_named():
    named = {"clip": "clip_folder", "efficientnet_lite0": "mine.safetensors"}
    assert EvaluationParams().files == {"efficientnet_lite0": SHIPPED}
    assert EvaluationParams(weights=named).files == named
