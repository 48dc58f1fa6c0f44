"""gan-cocktail inspect: what checkpoints are, and what merging them would take."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Seconds
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.report import report
from gan_cocktail.inspecting.show import show


def inspect(
    models: Annotated[list[Path], typer.Argument(help="Checkpoints, of this project or of other programs.")],
    kimg: Annotated[float, typer.Option(min=0.1, help="Budget of a stage, of which the costs are estimated.")] = 1000,
    seconds: Seconds = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Say what files are, how they differ, which can be merged, and what it takes here."""
    found = report(read_files(models), kimg, seconds)
    if as_json:
        typer.echo(json.dumps(found.facts(), indent=1))
    else:
        show(found)
