"""gan-cocktail tables: the comparison as CSV, Markdown and LaTeX."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from gan_cocktail.cli.options import Labels, read_labels
from gan_cocktail.files import read_json, write_json, write_text
from gan_cocktail.reporting.convergence import convergence, convergence_tables
from gan_cocktail.reporting.formats import Table, latex, markdown
from gan_cocktail.reporting.measures import MAIN
from gan_cocktail.reporting.paired import comparisons, paired_tables
from gan_cocktail.reporting.rows import BOUNDS, by_others, rows_of
from gan_cocktail.reporting.statistics import over_seeds
from gan_cocktail.reporting.tables import main_tables, metrics_tables, overview, summary

USUAL = ",".join(BOUNDS)
Bounds = Annotated[str, typer.Option(help="Methods that do not compete (floor and ceiling), comma-separated.")]


def read_methods(text: str) -> list[str]:
    """Names of methods from 'name,name,...'; none if empty."""
    return [name for name in text.split(",") if name]


def write_tables(tables: Sequence[Table], numbers: pd.DataFrame, stem: Path) -> None:
    """The tables as STEM.md and STEM.tex, their numbers in long form as STEM.csv."""
    nothing = "Nothing of this kind was measured.\n"
    write_text(stem.with_suffix(".csv"), numbers.to_csv(index=False, float_format="%.6g"))
    write_text(stem.with_suffix(".md"), "\n".join(map(markdown, tables)) or nothing)
    write_text(stem.with_suffix(".tex"), "\n".join(map(latex, tables)) or f"% {nothing}")


def tables(
    evaluations: Annotated[list[Path], typer.Argument(help="JSON files of evaluate, in the order of rows.")],
    out: Annotated[
        Path, typer.Option(help="Folder to write main, metrics, paired and convergence (.csv, .md, .tex) to.")
    ],
    summary_out: Annotated[Path, typer.Option("--summary", help="Summary (JSON) to write: each method's means.")],
    labels: Labels = "",
    bounds: Bounds = USUAL,
) -> None:
    """Render tables from evaluation JSON alone."""
    found, names = {str(path): read_json(path) for path in evaluations}, read_labels(labels)
    rows = rows_of(found, read_methods(bounds))
    others = {name: rows_of(theirs, read_methods(bounds)) for name, theirs in by_others(found).items()}
    further = [table for name, theirs in others.items() for table in main_tables(theirs, names, by=name)]
    numbers, differences = pd.concat(map(over_seeds, [rows, *others.values()])), comparisons(rows)
    if not numbers["few"].any():
        numbers = numbers.drop(columns="few")
    is_main = numbers["metric"].isin(MAIN)
    write_tables([*overview(rows, names), *main_tables(rows, names), *further], numbers[is_main], out / "main")
    write_tables(metrics_tables(rows, names), numbers[~is_main], out / "metrics")
    write_tables(paired_tables(differences, names), differences, out / "paired")
    curves = convergence(rows)
    write_tables(convergence_tables(curves, names), curves, out / "convergence")
    write_json(summary_out, summary(rows))
