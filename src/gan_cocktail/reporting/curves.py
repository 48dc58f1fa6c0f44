"""Learning curves over seeds: FID against total kimg, and against kimg of merging."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.measures import measure
from gan_cocktail.reporting.rows import over_domains, trained
from gan_cocktail.reporting.statistics import over_seeds
from gan_cocktail.reporting.style import Look, legend_columns, look, styled

AXES = {"kimg": "total kimg (rooting counted)", "merging_kimg": "kimg of merging"}
NARROW = 4.5  # inches; a narrower figure has its panels one below the other
LOG_RANGE = 8  # largest by smallest value from which the scale is logarithmic
FAR = 2  # times the highest of the trainings: above that, an untrained method is written at the upper edge
Looks = Mapping[str, Look]


def curves_figure(rows: pd.DataFrame, labels: Mapping[str, str], settings: FigureParams, metric: str = "fid") -> Figure:
    """A line a method: the mean over seeds, with a band from the lowest to the highest; two panels a mixture.

    A method that does not train on the union is a point at its kimg, on a thin line across; one far above all trainings
    is its number at the upper edge, so that the trainings fill the panel. Looks follow the order of `labels` (then of
    rows), so that a method looks the same in every figure. Raises CocktailError without the metric.
    """
    some = over_domains(rows[rows["metric"] == metric])
    if not len(some):
        raise CocktailError(f"curves: the evaluations have no {metric!r}; found: {', '.join(rows['metric'].unique())}")
    looks = {method: look(k, settings) for k, method in enumerate(dict.fromkeys([*labels, *some["method"]]))}
    mixtures, shown = list(some["mixture"].unique()), [m for m in looks if m in set(some["method"])]
    across = 2 if settings.width >= NARROW else 1
    down, columns = len(mixtures) * 2 // across, legend_columns([labels.get(m, m) for m in shown], settings)
    with styled(settings):
        height = 2.1 * down + settings.font_size / 50 * -(-len(shown) // columns)  # of panels, and of the legend
        figure = Figure(figsize=(settings.width, height), layout="constrained")
        panels = figure.subplots(down, across, squeeze=False, sharey="row").ravel()
        for k, panel in enumerate(panels):
            _panel(panel, some[some["mixture"] == mixtures[k // 2]], list(AXES)[k % 2], looks, labels)
            panel.set_title(mixtures[k // 2] if k % 2 == 0 else "", loc="left")
            panel.set_ylabel(f"{measure(metric).title}, mean over domains" if k % across == 0 else "")
        handles = [_handle(looks[m], labels.get(m, m), _is_trained(some, m)) for m in shown]
        text = "line: mean over seeds; band: their range" if some["seed"].nunique() > 1 else None
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=3.2, title=text)
    return figure


def _is_trained(rows: pd.DataFrame, method: str) -> bool:
    return len(trained(rows[rows["method"] == method])) > 0


def _panel(axes: Axes, rows: pd.DataFrame, x: str, looks: Looks, labels: Mapping[str, str]) -> None:
    """One mixture's methods against kimg counted one way."""
    numbers = over_seeds(rows).sort_values("kimg", kind="stable")
    far = numbers["mean"] > FAR * over_seeds(trained(rows))["max"].max()  # without trainings: none
    for k, row in enumerate(numbers[far].to_dict("records")):
        text, color = f"{labels.get(row['method'], row['method'])}: {row['mean']:.3g} ↑", looks[row["method"]].color
        axes.text(1, 1 - 0.1 * k, text, color=color, ha="right", va="top", transform=axes.transAxes, size="small")
    numbers = numbers[~far]
    for method in reversed([m for m in looks if m in set(numbers["method"])]):  # the first on top
        some, style = numbers[numbers["method"] == method], looks[method]
        if _is_trained(rows, method):
            axes.fill_between(some[x], some["min"], some["max"], color=style.color, alpha=0.15, linewidth=0)
            axes.plot(some[x], some["mean"], **vars(style))
        else:
            axes.axhline(some["mean"].iloc[0], color=style.color, linestyle=style.linestyle, linewidth=0.6)
            axes.errorbar(some[x], some["mean"], _reach(some), color=style.color, marker=style.marker, linestyle="none")
    axes.set_xlabel(AXES[x])
    axes.margins(x=0.03, y=0.05 + 0.08 * int(far.sum()))
    if numbers["min"].min() > 0 and numbers["max"].max() / numbers["min"].min() >= LOG_RANGE:
        _logarithmic(axes)


def _reach(numbers: pd.DataFrame) -> Any:
    """Error bars down to the lowest and up to the highest seed, [2, rows]."""
    return [numbers["mean"] - numbers["min"], numbers["max"] - numbers["mean"]]


def _logarithmic(axes: Axes) -> None:
    """A logarithmic scale whose ticks are plain numbers: 0.5, 1, 2, 5, 10."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _handle(style: Look, label: str, is_trained: bool) -> Line2D:
    return Line2D([], [], **vars(style), label=label, linewidth=1.1 if is_trained else 0.6)
