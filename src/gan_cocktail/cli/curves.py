"""gan-cocktail curves: FID against kimg, over seeds."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Figures, Labels, read_labels, read_section, settings_of
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.curves import curves_figure
from gan_cocktail.reporting.rows import load_rows
from gan_cocktail.reporting.style import save_figure


def curves(
    evaluations: Annotated[list[Path], typer.Argument(help="JSON files of evaluate, of one mixture or several.")],
    out: Figures,
    labels: Labels = "",
    settings: Annotated[str, settings_of("figures")] = "",
) -> None:
    """Draw learning curves from evaluation JSON alone."""
    s = read_section(FigureParams, settings)
    drawing = curves_figure(load_rows(evaluations), read_labels(labels), s)
    for path in out:
        save_figure(drawing, path, s)
