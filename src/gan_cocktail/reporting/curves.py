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
from gan_cocktail.reporting.style import NARROW, Look, legend_columns, look, styled

AXES = {"kimg": "total kimg (rooting counted)", "merging_kimg": "kimg of merging"}
LOG_RANGE = 8  # largest by smallest value from which the scale is logarithmic
FAR = 2  # times the highest of the trainings, or below the lowest by that: an untrained method is written at the edge
Looks = Mapping[str, Look]


def curves_figure(rows: pd.DataFrame, labels: Mapping[str, str], settings: FigureParams, metric: str = "fid") -> Figure:
    """A line a method: the mean over seeds, with a band from the lowest to the highest; two panels a mixture.

    A method that does not train on the union is a point at its kimg, on a thin line across; one far above or below all
    trainings is its number at that edge, so that the trainings fill the panel. All panels have the same kind of scale.
    Looks follow the order of `labels` (then of rows), so that a method looks the same in every figure. Raises
    CocktailError without the metric.
    """
    some = over_domains(rows[rows["metric"] == metric])
    if not len(some):
        raise CocktailError(f"curves: the evaluations have no {metric!r}; found: {', '.join(rows['metric'].unique())}")
    looks = {method: look(k, settings) for k, method in enumerate(dict.fromkeys([*labels, *some["method"]]))}
    mixtures = list(some["mixture"].unique())
    parts = {mixture: _edges(some[some["mixture"] == mixture]) for mixture in mixtures}
    drawn = pd.concat([within for within, _ in parts.values()])
    shown = [m for m in looks if m in set(drawn["method"])]
    spans = drawn.groupby("mixture").agg(low=("min", "min"), high=("max", "max"))
    logarithmic = bool((spans["low"] > 0).all() and (spans["high"] / spans["low"]).max() >= LOG_RANGE)
    across = 2 if settings.width >= NARROW else 1
    down, columns = len(mixtures) * 2 // across, legend_columns([labels.get(m, m) for m in shown], settings)
    with styled(settings):
        height = 2.1 * down + settings.font_size / 50 * -(-len(shown) // columns)  # of panels, and of the legend
        figure = Figure(figsize=(settings.width, height), layout="constrained")
        panels = figure.subplots(down, across, squeeze=False, sharey="row").ravel()
        for k, panel in enumerate(panels):
            within, edges = parts[mixtures[k // 2]]
            _panel(panel, within, list(AXES)[k % 2], looks)
            _written(panel, edges, labels)
            if logarithmic:
                _logarithmic(panel)
            panel.set_title(mixtures[k // 2] if k % 2 == 0 else "", loc="left")
            panel.set_ylabel(f"{measure(metric).title}, mean over domains" if k % across == 0 else "")
        handles = [_handle(looks[m], labels.get(m, m), _is_trained(some, m)) for m in shown]
        text = "line: mean over seeds; band: their range" if some["seed"].nunique() > 1 else None
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=3.2, title=text)
    return figure


def _is_trained(rows: pd.DataFrame, method: str) -> bool:
    return len(trained(rows[rows["method"] == method])) > 0


def _edges(rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One mixture's numbers over seeds: those to draw, and those far from all trainings (without trainings: none)."""
    numbers, lines = over_seeds(rows).sort_values("kimg", kind="stable"), over_seeds(trained(rows))
    above, below = numbers["mean"] > FAR * lines["max"].max(), numbers["mean"] < lines["min"].min() / FAR
    return numbers[~(above | below)], pd.concat([numbers[above].assign(above=True), numbers[below].assign(above=False)])


def _panel(axes: Axes, numbers: pd.DataFrame, x: str, looks: Looks) -> None:
    """One mixture's methods against kimg counted one way."""
    for method in reversed([m for m in looks if m in set(numbers["method"])]):  # the first on top
        some, style = numbers[numbers["method"] == method], looks[method]
        if some["merging_kimg"].max() > 0:
            axes.fill_between(some[x], some["min"], some["max"], color=style.color, alpha=0.15, linewidth=0)
            axes.plot(some[x], some["mean"], **vars(style))
        else:
            axes.axhline(some["mean"].iloc[0], color=style.color, linestyle=style.linestyle, linewidth=0.6)
            axes.errorbar(some[x], some["mean"], _reach(some), color=style.color, marker=style.marker, linestyle="none")
    axes.set_xlabel(AXES[x])
    axes.margins(x=0.03, y=0.05)


def _written(axes: Axes, edges: pd.DataFrame, labels: Mapping[str, str]) -> None:
    """Names and numbers of what is far above (upper edge) or below (lower edge), in a margin made for them."""
    for above, some in edges.groupby("above"):
        for k, row in enumerate(some.to_dict("records")):
            text = f"{labels.get(row['method'], row['method'])}: {row['mean']:.3g} {'↑' if above else '↓'}"
            place, align = (1 - 0.1 * k, "top") if above else (0.02 + 0.1 * k, "bottom")
            axes.text(1, place, text, ha="right", va=align, transform=axes.transAxes, size="small")
    axes.margins(y=0.05 + 0.1 * len(edges))


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
