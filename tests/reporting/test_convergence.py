"""Whether curves have flattened."""

import pytest

from gan_cocktail.reporting.convergence import convergence, convergence_tables
from gan_cocktail.reporting.formats import NONE
from tests.reporting.conftest import evaluation


def course(method, falls, seeds=3, mixture="m"):
    """A training of 30 kimg after 30 of rooting: from 5 at 10 kimg by `falls` to 20 and 30 kimg; seeds differ by 1."""
    values = [5.0, 5.0 - falls[0], 5.0 - falls[0] - falls[1]]
    return [
        evaluation(mixture, method, s, {(30 + k, k): (v + s,) * 2 for k, v in zip((10, 20, 30), values, strict=True)})
        for s in range(seeds)
    ]


@pytest.mark.parametrize(("falls", "verdict"), [((0, 2), "falling"), ((2, -1), "rising"), ((2, 0), "flat")])
def test_the_last_third_decides(load, falls, verdict):
    (row,) = convergence(load(*course("ours", falls))).to_dict("records")
    assert (row["from_kimg"], row["to_kimg"], row["verdict"]) == (20, 30, verdict)
    assert row["fall"] == pytest.approx(falls[1])
    assert row["fid_from"] == pytest.approx(6 - falls[0])  # the mean over seeds


def test_noise_between_seeds_is_no_fall(load):
    contents = [evaluation("m", "ours", s, {(8, 8): (5, 5), (12, 12): (v, v)}) for s, v in enumerate((3.5, 5.5, 3.8))]
    (row,) = convergence(load(*contents)).to_dict("records")
    assert row["low"] < 0 < row["fall"]
    assert row["verdict"] == "undecided"


def test_one_seed_and_one_measurement_say_nothing(load):
    rows = load(*course("ours", (1, 1), seeds=1), evaluation("m", "other", 0, {(16, 16): (1, 1)}))
    found = convergence(rows)
    assert list(found["method"]) == ["ours"]
    (table,) = convergence_tables(found, {"ours": "Ours"})
    assert table.groups["m"] == [["Ours", "20 → 30", "4.00 → 3.00", "1.00", NONE, "one seed"]]
    assert convergence_tables(found.iloc[:0], {}) == []
