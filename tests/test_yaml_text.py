"""Nothing that stands in a YAML text is dropped without a word."""

import re

import pytest

from gan_cocktail.cli.options import read_labels, read_section
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.training import BudgetParams
from gan_cocktail.params.yaml_text import read_yaml


@pytest.mark.parametrize(
    ("text", "key", "lines"),
    [
        ("seed: 1\nseeds: [1]\nseed: 2\n", "seed", "lines 1 and 3"),
        ("a:\n  b: 1\n  c: 2\n  b: 1\n", "b", "lines 2 and 4"),
        ("a:\n- {x: 1}\n- y: 1\n  'y': 2\n", "y", "lines 3 and 4"),
        ("a: {x: 1, x: 2}\n", "x", "line 1"),
        ('{"a": {"x": 1,\n "x": 2}}', "x", "lines 1 and 2"),
        ("? a\n: 1\n? a\n: 2\n", "a", "lines 1 and 3"),
        ("on: 1\nyes: 2\n", "True", "lines 1 and 2"),
        ("a: {1: x}\nb: {1: x, 1.0: y}\n", "1.0", "line 2"),
        ("base: &b {x: 1, x: 2}\na: *b\n", "x", "line 1"),
        ("a: !!map {x: 1, x: 2}\n", "x", "line 1"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_lines(text, key, lines):
    with pytest.raises(CocktailError, match=re.escape(f"params.yaml: {key!r} stands twice, in {lines}; leave one")):
        read_yaml(text, "params.yaml")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: {x: 1}\nb: {x: 1}\n", {"a": {"x": 1}, "b": {"x": 1}}),
        ("base: &b {x: 1, y: 2}\na:\n  <<: *b\n  x: 3\n", {"base": {"x": 1, "y": 2}, "a": {"x": 3, "y": 2}}),
        (
            "kimg: 1.5\nrate: 0.1\nnone: null\nno: 5\n'no': 6\n",
            {"kimg": 1.5, "rate": 0.1, "none": None, False: 5, "no": 6},
        ),
        ('{"a": [1, {"b": "c"}]}', {"a": [1, {"b": "c"}]}),
        ("", None),
        ("text", "text"),
    ],
)
def test_other_texts_mean_what_they_mean_to_yaml(text, value):
    assert read_yaml(text, "params.yaml") == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1\n", "params.yaml, line 2: not YAML or JSON: "),
        ("a: 1\nb: 2\n c: 3\n", "params.yaml, line 3: not YAML or JSON: mapping values are not allowed here"),
        ("a: *nothing\n", "params.yaml, line 1: not YAML or JSON: found undefined alias"),
        ("? [a, b]\n: 1\n", "params.yaml, line 1: not YAML or JSON: a key that is no name"),
        (
            "a: !!python/object:os.system x\n",
            "params.yaml, line 1: not YAML or JSON: could not determine a constructor",
        ),
    ],
)
def test_what_is_no_yaml_is_told_in_one_sentence(text, message):
    with pytest.raises(CocktailError, match=re.escape(message)) as error:
        read_yaml(text, "params.yaml")
    assert "\n" not in str(error.value)


def test_values_on_the_command_line_are_read_likewise():
    assert read_section(BudgetParams, "kimg: 2").kimg == 2
    with pytest.raises(CocktailError, match="--settings: 'kimg' stands twice, in line 1"):
        read_section(BudgetParams, '{"kimg": 2, "kimg": 3}')
    with pytest.raises(CocktailError, match="--labels: 'ours' stands twice, in line 1"):
        read_labels('{"ours": "a", "ours": "b"}')
