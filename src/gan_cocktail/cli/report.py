"""gan-cocktail report: one HTML page of everything that an experiment found."""

from pathlib import Path
from typing import Annotated, Any

import typer

from gan_cocktail.cli.options import Labels, Out, read_labels, read_section
from gan_cocktail.cli.tables import USUAL, Bounds, read_methods
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_json, write_text
from gan_cocktail.params.base import nearest
from gan_cocktail.params.experiment import Params
from gan_cocktail.reporting.embedding import Embedded, embed
from gan_cocktail.reporting.inputs import SECTIONS, Inputs
from gan_cocktail.reporting.report import render
from gan_cocktail.reporting.runtime import read_benchmarks


def _figure(text: str) -> Embedded:
    try:
        section, rest = text.split("=", 1)
        caption, path = rest.rsplit("=", 1)
    except ValueError:
        raise CocktailError(f"--figure: expected 'SECTION=CAPTION=IMAGE.png', found {text!r}") from None
    if section not in SECTIONS:
        raise CocktailError(f"--figure: unknown section {section!r}{nearest(section, SECTIONS)}")
    return embed(section, caption, Path(path))


def _effects(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if not isinstance(content, dict) or not content.get("rows"):
        raise CocktailError(
            f"--directions: expected what `gan-cocktail traverse --metrics` wrote, found no rows in {path}"
        )
    return {"title": path.stem} | content


def report(
    evaluations: Annotated[list[Path], typer.Argument(help="JSON files of evaluate, in the order of rows.")],
    out: Out,
    params: Annotated[str, typer.Option(help="The experiment's parameters, as YAML or JSON.")] = "",
    labels: Labels = "",
    bounds: Bounds = USUAL,
    baselines: Annotated[str, typer.Option(help="Methods that the claim is about; default: all that train.")] = "",
    figure: Annotated[list[str] | None, typer.Option(help="'SECTION=CAPTION=IMAGE.png', repeated.")] = None,
    distances: Annotated[list[Path] | None, typer.Option(help="Layer distances (JSON), repeated.")] = None,
    directions: Annotated[list[Path] | None, typer.Option(help="Rows of application metrics (JSON), repeated.")] = None,
    benchmarks: Annotated[Path | None, typer.Option(help="Folder of Snakemake's benchmark files.")] = None,
    commit: Annotated[str, typer.Option(help="The code's commit, and whether the tree was clean.")] = "",
    date: Annotated[str, typer.Option(help="Of the run, as it shall be printed.")] = "",
) -> None:
    """Render the page from files alone: the same bytes for the same files."""
    inputs = Inputs(
        evaluations={str(path): read_json(path) for path in evaluations},
        labels=read_labels(labels),
        bounds=read_methods(bounds),
        baselines=read_methods(baselines),
        params=read_section(Params, params, "--params") if params else None,
        figures=[_figure(text) for text in figure or []],
        distances={str(path): read_json(path) for path in distances or []},
        directions=[_effects(path) for path in directions or []],
        stages=read_benchmarks(benchmarks) if benchmarks else None,
        commit=commit,
        date=date,
    )
    write_text(out, render(inputs))
