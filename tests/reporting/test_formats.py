"""Printed numbers and tables."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_cocktail.reporting.formats import MINUS, NONE, Table, latex, markdown, number, plus_minus, tex

TABLE = Table(
    "FID_a", ["method", "50%"], {"": [["A_b", "**1** ± 2"]], "group": [["C&D", NONE], ["E|F", f"{MINUS}3†"]]}, "N `x`."
)


@pytest.mark.parametrize(
    ("value", "spread", "text"),
    [
        (3.696, 0.118, "3.70 ± 0.12"),
        (142.4, 7.3, "142 ± 7"),
        (142.4, 0.31, "142.4 ± 0.3"),
        (1036.4, math.nan, "1036"),
        (0.0123456, 0.5, "0.012 ± 0.500"),
        (-0.25, 0.5, f"{MINUS}0.250 ± 0.500"),
        (0, 0, "0.00 ± 0.00"),
        (-1e-6, math.nan, "0.000"),
        (-0.0, math.nan, "0.00"),
        (math.nan, math.nan, NONE),
    ],
)
def test_printed_numbers(value, spread, text):
    assert number(value, spread) + plus_minus(value, spread) == text


@given(st.floats(-1e6, 1e6, allow_subnormal=False), st.floats(0, 1e6, allow_subnormal=False))
def test_value_and_spread_have_the_same_decimals(value, spread):
    places = {len(text.partition(".")[2]) for text in (number(value, spread), plus_minus(value, spread))}
    assert len(places) == 1
    assert abs(float(number(value, spread).replace(MINUS, "-")) - value) <= max(5e-4, 5.1e-3 * abs(value))


def test_markdown_has_equal_cells_in_each_line():
    lines = [line for line in markdown(TABLE).splitlines() if line.startswith("|")]
    assert len(lines) == 6
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {3}
    assert "| *group* |  |" in lines


def test_latex_is_complete_and_escaped():
    text = latex(TABLE)
    for pair in ("table", "tabular"):
        assert text.count(rf"\begin{{{pair}}}") == text.count(rf"\end{{{pair}}}") == 1
    for rule, n in (("toprule", 1), ("midrule", 2), ("bottomrule", 1)):
        assert text.count(rf"\{rule}") == n
    assert text.count("{") == text.count("}")
    assert text.count("$") % 2 == 0
    assert not re.search(r"(?<!\\)[_%#]", text)
    rows = [line for line in text.splitlines() if line.endswith(r"\\") and "multicolumn" not in line]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {1}
    assert r"A\_b & \textbf{1}{\tiny$\pm$2} \\" in rows
    assert text.isascii()


@given(st.text("ab_&%#${}~^\\|<>"))
def test_any_label_is_safe_in_latex(label):
    bare = re.sub(r"\\([_&%#${}]|text\w+\{\})", "", tex(label))
    assert not set(bare) & set("_&%#${}~^\\|<>")
