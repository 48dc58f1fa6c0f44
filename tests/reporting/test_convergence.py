"""Whether curves have flattened."""

import pytest

from gan_cocktail.reporting.convergence import convergence, convergence_tables
from gan_cocktail.reporting.formats import NONE
from tests.reporting.conftest import evaluation


def course(method, values, seeds=3, mixture="m"):
    """A training of 40 kimg after 30 of rooting, measured at each 10; seeds differ by 1."""
    measured = dict(zip((10, 20, 30, 40), values, strict=True))
    return [
        evaluation(mixture, method, s, {(30 + k, k): (v + s,) * 2 for k, v in measured.items()}) for s in range(seeds)
    ]


@pytest.mark.parametrize(
    ("values", "verdict"), [((5, 5, 4, 3), "falling"), ((5, 3, 3.5, 4), "rising"), ((5, 3, 3, 3), "flat")]
)
def test_the_second_half_decides(load, values, verdict):
    (row,) = convergence(load(*course("ours", values))).to_dict("records")
    assert (row["from_kimg"], row["to_kimg"], row["verdict"]) == (20, 40, verdict)
    assert row["fall"] == pytest.approx(values[1] - values[3])  # these lie on a line
    assert row["fid_from"] == pytest.approx(values[1] + 1)  # the mean over seeds


def test_all_measurements_of_the_second_half_count(load):
    """A line through 3, 6, 3 is level, one through 3, 6, 6 rises, from 3.5."""
    contents = [*course("level", (9, 3, 6, 3)), *course("rising", (9, 3, 6, 6))]
    level, rising = convergence(load(*contents)).to_dict("records")
    assert level["fall"] == pytest.approx(0)
    assert level["fid_to"] == pytest.approx(5)
    assert rising["fid_to"] == pytest.approx(6.5 + 1)
    assert rising["fall"] == pytest.approx(-3)


def test_noise_between_seeds_is_no_fall(load):
    contents = [evaluation("m", "ours", s, {(8, 8): (5, 5), (12, 12): (v, v)}) for s, v in enumerate((3.5, 5.5, 3.8))]
    (row,) = convergence(load(*contents)).to_dict("records")
    assert row["low"] < 0 < row["fall"]
    assert row["verdict"] == "undecided"


def test_a_seed_without_both_ends_is_left_out(load):
    half = evaluation("m", "ours", 3, {(50, 20): (100, 100)})
    (row,) = convergence(load(*course("ours", (5, 4, 3, 2)), half)).to_dict("records")
    assert row["n"] == 3
    assert row["fid_from"] == pytest.approx(5)


def test_one_seed_and_one_measurement_say_nothing(load):
    rows = load(*course("ours", (5, 4, 3.5, 3), seeds=1), evaluation("m", "other", 0, {(16, 16): (1, 1)}))
    found = convergence(rows)
    assert list(found["method"]) == ["ours"]
    (table,) = convergence_tables(found, {"ours": "Ours"})
    assert table.groups["m"] == [["Ours", "20 → 40", "4.00 → 3.00", "1.00", NONE, "one seed"]]
    assert convergence_tables(found.iloc[:0], {}) == []
