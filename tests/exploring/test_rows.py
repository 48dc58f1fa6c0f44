"""Rows: every cell is a state that one can go to."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_cocktail.exploring.rows import CLASSES, INTERPOLATION, NONE, SWAP, kinds, row
from gan_cocktail.exploring.state import at, first_state, only

NAMES, FOUND = ["cat", "face", "flower"], ["pose", "light"]


def cells(kind, state, num_ws=8):
    return row(kind, state, NAMES, FOUND, num_ws)


def test_a_model_of_one_class_has_no_row_of_classes():
    assert kinds(NAMES, FOUND) == [CLASSES, INTERPOLATION, SWAP, "pose", "light", NONE]
    assert kinds(["0"], []) == [INTERPOLATION, SWAP, NONE]


@given(kind=st.sampled_from(kinds(NAMES, FOUND)), num_ws=st.integers(2, 18), seed=st.integers(0, 9))
def test_who_goes_to_a_cell_finds_it_marked_in_the_same_row(kind, num_ws, seed):
    state = replace(first_state(3, num_ws, 2), seed=seed)
    before = cells(kind, state, num_ws)
    for cell in before:
        assert cell.state.seed == seed
        assert [each.state for each in cells(kind, cell.state, num_ws)] == [each.state for each in before]
    assert len({cell.caption for cell in before}) == len(before) <= 9
    assert (state in [cell.state for cell in before]) == (kind != NONE)


def test_ends_are_a_and_b():
    state = replace(first_state(3, 8, 2), toward=0.3, layers=5)
    between, swapped = cells(INTERPOLATION, state), cells(SWAP, state)
    assert [between[k].state.toward for k in (0, 3, -1)] == [0, 0.5, 1]
    assert [between[k].caption for k in (0, 3, -1)] == ["A", "50%", "B"]
    assert [cell.state.layers for cell in swapped] == list(range(9))
    assert {cell.state.toward for cell in swapped} == {0}


def test_classes_and_directions_keep_the_rest():
    state = replace(first_state(3, 8, 2), steps=(1.0, -2.0), psi=(0.5, 0.6, 0.7))
    assert [cell.state.shares for cell in cells(CLASSES, state)] == [only(k, 3) for k in range(3)]
    assert {cell.state.psi for cell in cells(CLASSES, state)} == {(0.5, 0.6, 0.7)}
    assert [cell.state.steps for cell in cells("light", state)] == [(1.0, float(k)) for k in range(-3, 4)]


@given(values=st.lists(st.integers(0, 20), min_size=1), value=st.integers(0, 20), data=st.data())
def test_one_of_several_values_is_replaced(values, value, data):
    index = data.draw(st.integers(0, len(values) - 1))
    expected = list(values)
    expected[index] = value
    assert list(at(tuple(values), index, value)) == expected


@pytest.mark.parametrize(("n", "second"), [(1, (1, 0)), (3, (None, 1))])
def test_b_starts_as_the_nearest_thing_that_differs(n, second):
    state = first_state(n, 8, 0)
    assert (state.other_seed, state.other_class) == second
