"""gan-cocktail tables: the comparison as CSV, Markdown and LaTeX."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.files import write_json, write_text
from gan_cocktail.methods.table import METHODS
from gan_cocktail.reporting.tables import document, latex, load_rows, markdown, summary


def tables(
    evaluations: Annotated[list[Path], typer.Argument(help="JSON files of evaluate, in the order of rows.")],
    csv: Annotated[Path, typer.Option(help="Long-form table to write.")],
    md: Annotated[Path, typer.Option(help="Markdown to write.")],
    tex: Annotated[Path, typer.Option(help="LaTeX (booktabs) to write.")],
    metrics: Annotated[Path, typer.Option(help="Summary (JSON) to write: each method's means.")],
    merging_kimg: Annotated[float, typer.Option(help="Budget at which to compare after equal merging.")],
) -> None:
    """Render tables from evaluation JSON alone."""
    rows = load_rows(evaluations)
    labels: dict[str, str] = {name: spec.label for name, spec in METHODS.items()}
    write_text(csv, rows.to_csv(index=False))
    write_text(md, document(rows, merging_kimg, labels, lambda s: f"**{s}**", markdown))
    write_text(tex, document(rows, merging_kimg, labels, lambda s: rf"\textbf{{{s}}}", latex))
    write_json(metrics, summary(rows))
