"""gan-cocktail report-distances: how far models are from their root, before and after rooting."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Figures, read_section, settings_of
from gan_cocktail.files import write_text
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.distances import distances_figure, distances_table, load_distances, over_files
from gan_cocktail.reporting.formats import latex, markdown
from gan_cocktail.reporting.style import save_figure


def report_distances(
    distances: Annotated[list[Path], typer.Argument(help="JSON files of layer distances, in the order of rows.")],
    csv: Annotated[Path, typer.Option(help="Table to write.")],
    md: Annotated[Path, typer.Option(help="Markdown to write.")],
    tex: Annotated[Path, typer.Option(help="LaTeX (booktabs) to write.")],
    out: Figures,
    settings: Annotated[str, settings_of("figures")] = "",
) -> None:
    """Render layer distances as a table and a figure, from their JSON alone."""
    s, rows = read_section(FigureParams, settings), load_distances(distances)
    numbers = over_files(rows)
    write_text(csv, numbers.to_csv(index=False, float_format="%.6g"))
    write_text(md, markdown(distances_table(numbers)))
    write_text(tex, latex(distances_table(numbers)))
    drawing = distances_figure(rows, s)
    for path in out:
        save_figure(drawing, path, s)
