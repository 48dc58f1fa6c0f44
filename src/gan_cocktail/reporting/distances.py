"""Layer distances before and after rooting: a table, and a figure layer by layer."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_json
from gan_cocktail.params.figures import FigureParams
from gan_cocktail.reporting.formats import Table, number, plus_minus
from gan_cocktail.reporting.style import Look, legend_columns, look, styled

KEYS = ["mixture", "source", "root"]
PANEL = 1.8  # inches high
GREY = "#444444"
WHEN = (("before", ":", False), ("after", "-", True))  # column, line, whether markers are filled
TEXT = (
    "d: mean over layers of the squared L2 distance of a layer's weights to the root's; before and after rooting. "
    "factor: how much smaller rooting makes it."
)


def load_distances(paths: Sequence[Path]) -> pd.DataFrame:
    """The rows of JSON files of `distances`, as `distance_rows` returns them."""
    return distance_rows({str(path): read_json(path) for path in paths})


def distance_rows(contents: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """A row for each file, model and layer: KEYS, layer, before, after; layer "all" is the whole model's d.

    before is NaN where source and root have different architectures, or the source has no model or no D. Files of the
    same mixture are replicate seeds.
    """
    rows = []
    for path, content in contents.items():
        try:
            for model in content["models"]:
                key = [content["mixture"], model["source"], content["root"]]
                rows += [[*key, layer["name"], layer["before"], layer["after"]] for layer in model["layers"]]
                rows.append([*key, "all", model["before"], model["after"]])
        except (KeyError, TypeError) as e:
            raise CocktailError(
                f"{path}: expected layer distances of a mixture, found none ({e}); make it again"
            ) from None
    return pd.DataFrame(rows, columns=[*KEYS, "layer", "before", "after"]).astype({"before": float, "after": float})


def over_files(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a mixture and source: before, after (mean over seeds) and its std, n, and factor = before / after."""
    grouped = rows[rows["layer"] == "all"].groupby(KEYS, sort=False)
    table = grouped.agg(
        before=("before", "mean"),  # replicates start from the same sources
        after=("after", "mean"),
        after_std=("after", "std"),
        n=("after", "size"),
    ).reset_index()
    return table.assign(factor=table["before"] / table["after"].where(table["after"] > 0))


def distances_table(numbers: pd.DataFrame) -> Table:
    """The printed table of `over_files`, mixtures as groups."""
    groups: dict[str, list[list[str]]] = {}
    for row in numbers.to_dict("records"):
        groups.setdefault(row["mixture"], []).append(_cells(row))
    seeds = " ±: standard deviation over seeds." if (numbers["n"] > 1).any() else ""
    unknown = (
        f" {number(math.nan)}: of another architecture than the root, or without a model or its discriminator."
        if numbers["before"].isna().any()
        else ""
    )
    return Table(
        "Distance to the root", ["source", "root", "before", "after", "factor"], groups, TEXT + seeds + unknown
    )


def _cells(row: Mapping[Any, Any]) -> list[str]:
    after = number(row["after"], row["after_std"]) + plus_minus(row["after"], row["after_std"])
    return [row["source"], row["root"], number(row["before"]), after, number(row["factor"])]


def distances_figure(rows: pd.DataFrame, settings: FigureParams) -> Figure:
    """A panel a mixture: layers' squared distances (log scale) before and after rooting, a colour a source.

    A distance of 0 has no place on the scale and is left out.
    """
    layers = rows[rows["layer"] != "all"]
    mixtures = list(layers["mixture"].unique())
    looks = {source: look(k, settings) for k, source in enumerate(layers["source"].unique())}
    names = max(len(name) for name in layers["layer"]) * settings.font_size / 72 * 0.55  # inches, upright
    shared = len({tuple(some["layer"].unique()) for _, some in layers.groupby("mixture")}) == 1
    with styled(settings):
        height = PANEL * len(mixtures) + names * (1 if shared else len(mixtures))
        figure = Figure(figsize=(settings.width, height), layout="constrained")
        panels = figure.subplots(len(mixtures), 1, squeeze=False, sharex=shared).ravel()
        for axes, mixture in zip(panels, mixtures, strict=True):
            _panel(axes, layers[layers["mixture"] == mixture], looks)
            axes.set_title(mixture, loc="left")
        columns = legend_columns([*looks, "before rooting"], settings)
        figure.legend(handles=_handles(looks), loc="outside upper center", ncols=columns)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, looks: Mapping[str, Look]) -> None:
    order = list(rows["layer"].unique())
    for source, some in rows.groupby("source", sort=False):
        style = looks[str(source)]
        values = some.groupby("layer")[["before", "after"]].mean().reindex(order)
        for when, line, filled in WHEN:
            y, face = values[when].where(values[when] > 0, np.nan), style.color if filled else "white"
            axes.plot(order, y, line, color=style.color, marker=style.marker, markerfacecolor=face, linewidth=0.8)
    axes.set_yscale("log")
    axes.set_ylabel("squared distance")
    axes.tick_params(axis="x", labelrotation=90)
    axes.margins(x=0.01)


def _handles(looks: Mapping[str, Look]) -> list[Line2D]:
    """The legend: which colour is which source, and how before and after rooting differ."""
    handles = [Line2D([], [], color=style.color, marker=style.marker, label=s) for s, style in looks.items()]
    for when, line, filled in WHEN:
        face = GREY if filled else "white"
        shape: dict[str, Any] = {"linestyle": line, "marker": "o", "markerfacecolor": face}
        handles.append(Line2D([], [], color=GREY, label=f"{when} rooting", **shape))
    return handles
