"""Which experiment a run is of: params.yaml's, with its results in results/, or that of another file."""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_text, write_text
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.plan.experiment import FOLDERS, Plan

PARAMS = Path("params.yaml")
OWNER = "experiment.txt"  # in an experiment's results: the path of its file


def file_of(files: Sequence[Path], overrides: Mapping[str, Any]) -> Path:
    """The one file (--configfile; none: params.yaml) that tells of an experiment.

    Raises CocktailError for values that no one file tells of: of several files, or of --config.
    """
    if overrides:
        raise CocktailError(
            f"--config {' '.join(overrides)}: results/ is of what params.yaml says; edit it, or copy it to "
            "experiments/NAME.yaml and run snakemake --configfile experiments/NAME.yaml"
        )
    if len(files) > 1:
        raise CocktailError(f"--configfile: expected one file, the whole experiment, found {' '.join(map(str, files))}")
    return Path(files[0]) if files else PARAMS


def plan_of(written: Mapping[str, Any], file: Path) -> Plan:
    """The plan of what is written in a file.

    Each file's results have a folder of its name, so that no experiment overwrites another's.
    Raises CocktailError for a file whose results would mix with those of another.
    """
    results = "results" if file.resolve() == PARAMS.resolve() else f"results/{file.stem}"
    if file.stem.lower() in FOLDERS:
        raise CocktailError(f"{file}: {results}/ has results of params.yaml's experiment; give the file another name")
    owner = _owner(file.stem)
    if results != "results" and owner and not (file.exists() and owner.samefile(file)):
        raise CocktailError(f"{file}: {results}/ is for the results of {owner}; give the file another name")
    return Plan(parse_section(Params, written, str(file)), results)


def read(file: Path) -> Any:
    """What is written in an experiment's file, without defaults; CocktailError if it is no YAML or has a key twice."""
    if not file.exists():
        raise CocktailError(f"{file}: no such file; expected an experiment, as params.yaml is one")
    check_merged(file)
    return read_yaml(read_text(file), str(file))


def read_params() -> tuple[Plan, dict[str, Any]]:
    """The plan of params.yaml, and the file as it stands."""
    written = read(PARAMS)
    return plan_of(written, PARAMS), written


def claim(plan: Plan, file: Path) -> None:
    """Leave in an experiment's results which file they are of; those of params.yaml need no telling."""
    if plan.results != "results":
        path = Path(os.path.relpath(file)) if file.resolve().is_relative_to(Path.cwd()) else file.resolve()
        write_text(Path(plan.results, OWNER), f"{path.as_posix()}\n")


def _owner(name: str) -> Path | None:
    """The file that results/NAME/ is of, if it is still there: the one that made it, else that of experiments/."""
    mark = Path("results", name, OWNER)
    told = [Path(mark.read_text(encoding="utf-8").strip())] if mark.exists() else []
    usual = [Path("experiments", f"{name}{suffix}") for suffix in (".yaml", ".yml", ".json")]
    return next((file for file in [*told, *usual] if file.is_file()), None)


def check_merged(file: Path) -> None:
    """Raise CocktailError if a merge left its conflict markers in a file, with the ways out."""
    text = read_text(file) if file.exists() else ""
    found = re.search(r"^(<<<<<<<|>>>>>>>)( |$)", text, re.MULTILINE)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise CocktailError(
            f"{file}, line {line}: a merge left both sides here; take one with `git checkout --ours {file}` or "
            f"`git checkout --theirs {file}`, and run snakemake, which makes what this side lacks"
            if file != PARAMS and file.name == "dvc.lock"
            else f"{file}, line {line}: a merge left both sides here; edit it, or take one side with "
            f"`git checkout --ours {file}` or `git checkout --theirs {file}`"
        )
