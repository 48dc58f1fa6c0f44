"""Which experiment a run is of: params.yaml's, with its results in results/, or that of another file."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan

PARAMS = Path("params.yaml")
FOLDERS = {  # of results/, where those of params.yaml are
    "sources", "synthetic", "references", "widened", "rooted", "fisher", "averages", "unions", "features", "evaluation",
    "distances", "samples", "applications", "tables", "figures", "logs", "benchmarks",
}  # fmt: skip


def plan_of(config: Mapping[str, Any], files: Sequence[Path], overrides: Mapping[str, Any]) -> Plan:
    """The plan of Snakemake's `config`, read from one of `files` (--configfile; none: params.yaml).

    Each file's results have a folder of its name, so that no experiment overwrites another's.
    Raises CocktailError for values that no one file tells of (several files, or --config), and for a file whose results
    would mix with those of params.yaml.
    """
    if overrides:
        raise CocktailError(
            f"--config {' '.join(overrides)}: results/ is of what params.yaml says; edit it, or copy it to "
            "experiments/NAME.yaml and run snakemake --configfile experiments/NAME.yaml"
        )
    if len(files) > 1:
        raise CocktailError(f"--configfile: expected one file, the whole experiment, found {' '.join(map(str, files))}")
    file = Path(files[0]) if files else PARAMS
    results = "results" if file.resolve() == PARAMS.resolve() else f"results/{file.stem}"
    if file.stem in FOLDERS:
        raise CocktailError(f"{file}: {results}/ has results of params.yaml's experiment; give the file another name")
    return Plan(parse_section(Params, config, str(file)), results)


def read_params() -> tuple[Plan, dict[str, Any]]:
    """The plan of params.yaml, and the file as it stands, without defaults."""
    written = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    return plan_of(written, [], {}), written
