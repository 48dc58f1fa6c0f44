"""States with a checksum: what is torn or flipped is found, and the state of before is used."""

import random

import pytest
import torch

from gan_cocktail.errors import CocktailError
from gan_cocktail.tensors import save_tensors
from gan_cocktail.training import sealed
from gan_cocktail.training.run import run
from tests.training.test_run import CPU, job, left

FACTS = {"fingerprint": "print", "steps": 3, "kimg": 0.1, "made_of": {}}
STATE = "state.safetensors"
LONG = pytest.mark.long


@pytest.fixture
def two(tmp_path):
    """A state and the one of before."""
    path = tmp_path / STATE
    for value in (1.0, 2.0):
        sealed.save({"a": torch.full((50,), value), "steps": torch.tensor(3)}, FACTS, path)
    return path


def test_the_state_of_before_is_kept_as_it_was(two):
    assert sealed.damage(two) == sealed.damage(sealed.previous(two)) == ""
    assert sealed.load_tensors(sealed.previous(two), "it")[0]["a"][0] == 1


def test_every_byte_counts(two):
    """A bit flipped anywhere is found: header, facts, tensors. The file is small enough to try each byte."""
    whole, rng = two.read_bytes(), random.Random(0)
    for i in range(len(whole)):
        two.write_bytes(whole[:i] + bytes([whole[i] ^ 1 << rng.randrange(8)]) + whole[i + 1 :])
        assert sealed.damage(two), f"byte {i}: {whole[i - 9 : i + 9]!r}"


def test_a_file_cut_anywhere_is_found(two):
    whole = two.read_bytes()
    for length in range(len(whole)):
        two.write_bytes(whole[:length])
        assert sealed.damage(two), length


def test_a_state_of_before_checksums_is_taken(tmp_path):
    save_tensors({"a": torch.ones(3)}, FACTS, tmp_path / STATE)
    assert sealed.damage(tmp_path / STATE) == ""
    save_tensors({"a": torch.ones(3)}, {**FACTS, "checksun": "0"}, tmp_path / STATE)
    assert sealed.damage(tmp_path / STATE)


def test_a_missing_state_is_that_of_before_and_a_damaged_one_alone_is_told(two):
    two.unlink()
    assert sealed.damage(two) == "missing"
    sealed.recover(two)
    assert sealed.load_tensors(two, "it")[0]["a"][0] == 1
    cut(two)
    assert sealed.damage(two) == "torn or overwritten"
    with pytest.raises(CocktailError, match="torn or overwritten, and no sound"):
        sealed.recover(two)


def flip(path):
    content = bytearray(path.read_bytes())
    content[-40] ^= 4
    path.write_bytes(content)


def cut(path):
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (flip, "is damaged (its checksum does not match): going on from the one that was saved before it"),
        pytest.param(cut, "is torn or overwritten: going on from the one that was saved before it", marks=LONG),
        pytest.param(lambda path: path.write_bytes(b""), "is torn or overwritten: going on", marks=LONG),
        pytest.param(lambda path: path.unlink(), "is missing: going on from", marks=LONG),  # killed between two renames
    ],
)
def test_a_training_goes_on_from_the_state_of_before_to_the_same_bytes(images, tmp_path, capsys, harm, told):
    whole = run(job(images), 0.4, tmp_path / "b", "print", CPU, snapshots=[0.1])
    run(job(images), 0.2, tmp_path / "a", "print", CPU, snapshots=[0.1])
    harm(tmp_path / "a" / STATE)
    capsys.readouterr()
    more = run(job(images), 0.4, tmp_path / "a", "print", CPU, snapshots=[0.1])
    said = capsys.readouterr().out
    assert f"{tmp_path / 'a' / STATE} {told}" in said
    assert "continuing at 0.176 kimg" in said
    assert all(torch.equal(more.G[k], v) for k, v in whole.G.items())
    assert left(tmp_path / "a")[STATE] == left(tmp_path / "b")[STATE]


def test_two_damaged_states_are_told_and_left(images, tmp_path):
    run(job(images), 0.2, tmp_path, "print", CPU)
    before = left(tmp_path)["log.jsonl"]
    flip(tmp_path / STATE)
    cut(tmp_path / "state.previous.safetensors")
    with pytest.raises(CocktailError, match=r"damaged .*no sound state\.previous\.safetensors.*remove both"):
        run(job(images), 0.4, tmp_path, "print", CPU)
    assert left(tmp_path)["log.jsonl"] == before


def test_what_cannot_be_read_back_replaces_nothing(two, monkeypatch):
    before = two.read_bytes(), sealed.previous(two).read_bytes()
    real = sealed.save_tensors

    def bad_disk(tensors, facts, path):
        real(tensors, facts, path)
        flip(path)

    monkeypatch.setattr(sealed, "save_tensors", bad_disk)
    with pytest.raises(CocktailError, match="when read back; check the disk"):
        sealed.save({"a": torch.zeros(50)}, FACTS, two)
    assert (two.read_bytes(), sealed.previous(two).read_bytes()) == before
    assert len(list(two.parent.iterdir())) == 2


def test_a_training_set_aside_takes_both_states_along(images, tmp_path):
    run(job(images), 0.2, tmp_path, "first", CPU)
    run(job(images), 0.008, tmp_path, "second", CPU)
    (aside,) = tmp_path.glob("before-*")
    assert {STATE, "state.previous.safetensors"} <= {path.name for path in aside.iterdir()}


def test_a_move_aside_that_was_cut_short_goes_on(images, tmp_path):
    run(job(images), 0.2, tmp_path, "first", CPU, snapshots=[0.1])
    before, aside = left(tmp_path), tmp_path / "before-25-first"
    aside.mkdir()
    (tmp_path / "log.jsonl").rename(aside / "log.jsonl")  # killed here
    run(job(images), 0.008, tmp_path, "second", CPU)
    assert left(aside) == before
