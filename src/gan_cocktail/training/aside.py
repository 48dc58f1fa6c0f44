"""What a training that starts anew finds in its folder: why it cannot go on with it, and where that is kept."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.training.sealed import previous

STATE = "state.safetensors"
PREVIOUS = previous(Path(STATE)).name
PARTS = ("log.jsonl", "samples", "snapshots", PREVIOUS, STATE)  # moved in this order: where a state is, all is
KEPT = 3  # folders of earlier trainings; of more, the shortest training goes


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """`key was A, is B` for each fact that differs, keys of nested facts with dots."""
    before, after = dict(_flat(old)), dict(_flat(new))
    keys = [*after, *(key for key in before if key not in after)]
    return [
        f"{key} was {_short(before.get(key))}, is {_short(after.get(key))}"
        for key in keys
        if before.get(key) != after.get(key)
    ]


def _flat(facts: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _short(value: Any) -> str:
    text = "none" if value is None else str(value)
    return text[:8] if len(text) == 64 else text  # a SHA-256


def other_job(facts: Mapping[str, Any], made_of: Mapping[str, Any]) -> str:
    """Why a state with `facts` is of another job than one made of `made_of`."""
    told = "; ".join(changes(facts["made_of"], made_of)) if "made_of" in facts else ""
    return told or "settings or inputs are others, and the state does not say which"


def set_aside(folder: Path, why: str) -> Path:
    """Move a training's state, log, samples and snapshots into a folder of their own inside `folder`, and say so."""
    facts = read_facts(folder / STATE, "the state of a training")
    aside = folder / f"before-{facts['steps']}-{facts['fingerprint'][:8]}"  # the same name is the same training
    if (aside / STATE).exists():  # without: a move that was cut short, which goes on
        shutil.rmtree(aside)
    _move(folder, aside)
    print(f"{folder}: starting anew: {why}. What was there is kept in {aside.name}", flush=True)
    return aside


def prune(folder: Path) -> None:
    """Of more than KEPT folders that were set aside remove those whose training was shortest, and say so."""
    for old in sorted(folder.glob("before-*"), key=_steps)[:-KEPT]:
        shutil.rmtree(old)
        print(f"{folder}: {old.name} is removed: {KEPT} longer trainings are kept", flush=True)


def put_back(folder: Path, aside: Path) -> None:
    """Undo set_aside, for a training that came to nothing."""
    for name in PARTS:
        _remove(folder / name)
    _move(aside, folder)
    aside.rmdir()


def _move(source: Path, target: Path) -> None:
    target.mkdir(exist_ok=True)
    for name in PARTS:
        if (source / name).exists():
            (source / name).rename(target / name)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _steps(aside: Path) -> int:
    try:
        return int(read_facts(aside / STATE, "the state of a training")["steps"])
    except CocktailError:  # somebody's own folder, or a broken one
        return -1
