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
    after: Annotated[list[Path], typer.Option(help="The same source, rooted; repeated in the same order.")],
    names: Annotated[str, typer.Option(help="The root's and the sources' names, comma-separated, root first.")],
    out: Out,
    before: Annotated[list[Path] | None, typer.Option(help="A source, widened; repeated.")] = None,
    images: Annotated[
        str, typer.Option(help="Sources given as images alone, comma-separated: they have no --before.")
    ] = "",
    mixture: Annotated[str, typer.Option(help="Name for the table.")] = "",
) -> None:
    """Squared L2 distance of each layer's weights, and d(A, B), their mean; writes JSON."""
    root_name, *sources = names.split(",")
    known = [source for source in sources if source not in images.split(",")]
    widened = dict(zip(known, before or (), strict=False))
    if len(before or ()) != len(known) or len(after) != len(sources):
        raise CocktailError(
            f"expected --before for each of {', '.join(known) or 'none'} and --after for each of {', '.join(sources)}, "
            f"found {len(before or ())} and {len(after)}"
        )
    start = load(root)
    models = []
    for source, last in zip(sources, after, strict=True):
        rooted = load(last)
        check_alike(start, rooted, (str(root), str(last)), "expected a model rooted in the root, found another network")
        earlier = layer_distances(start, load(widened[source])) if source in widened else {}
        models.append(_model(source, earlier, layer_distances(start, rooted)))
    info = describe("distances", parents=[parent(path) for path in (root, *(before or ()), *after)])
    write_json(out, {"mixture": mixture, "root": root_name, "info": info, "models": models})


def _model(source: str, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, Any]:
    """before: empty for a source of another architecture than the root's, or of no model; without D it has no mean."""
    layers = [{"name": name, "before": before.get(name), "after": d} for name, d in after.items()]
    means = {
        "before": fmean(before.values()) if before.keys() == after.keys() else None,
        "after": fmean(after.values()),
    }
    return {"source": source} | means | {"layers": layers}
