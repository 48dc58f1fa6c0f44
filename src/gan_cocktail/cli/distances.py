"""gan-cocktail distances: how far the sources' weights are from the root's, before and after rooting."""

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

import typer

from gan_cocktail.checkpoints.model import check_alike, load, parent
from gan_cocktail.cli.options import Out
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.distance import layer_distances
from gan_cocktail.files import write_json
from gan_cocktail.provenance import describe


def distances(
    root: Annotated[Path, typer.Argument(help="The widened root.")],
    before: Annotated[list[Path], typer.Option(help="A source, widened; repeated.")],
    after: Annotated[list[Path], typer.Option(help="The same source, rooted; repeated in the same order.")],
    names: Annotated[str, typer.Option(help="The root's and the sources' names, comma-separated, root first.")],
    out: Out,
    mixture: Annotated[str, typer.Option(help="Name for the table.")] = "",
) -> None:
    """Squared L2 distance of each layer's weights, and d(A, B), their mean; writes JSON."""
    root_name, *sources = names.split(",")
    if not len(before) == len(after) == len(sources):
        raise CocktailError(
            f"expected --before and --after for each of {', '.join(sources)}, found {len(before)} and {len(after)}"
        )
    start = load(root)
    models = []
    for source, first, last in zip(sources, before, after, strict=True):
        rooted = load(last)
        check_alike(start, rooted, (str(root), str(last)), "expected a model rooted in the root, found another network")
        models.append(_model(source, layer_distances(start, load(first)), layer_distances(start, rooted)))
    info = describe("distances", parents=[parent(path) for path in (root, *before, *after)])
    write_json(out, {"mixture": mixture, "root": root_name, "info": info, "models": models})


def _model(source: str, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any]:
    """before is empty for a source of another architecture than the root's."""
    layers = [{"name": name, "before": before.get(name), "after": d} for name, d in after.items()]
    means = {"before": fmean(before.values()) if before else None, "after": fmean(after.values())}
    return {"source": source} | means | {"layers": layers}
