"""A training measured on its way: its snapshots, then the model it made."""

from collections.abc import Mapping, Sequence
from typing import Any

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.evaluation.evaluate import Protocol, evaluate
from gan_cocktail.evaluation.rows import Row

Stage = tuple[float, Sequence[Model]]  # kimg of merging, and one model, or one a domain


def measure(
    stages: Sequence[Stage], protocol: Protocol, facts: Mapping[str, Any], rooting_kimg: float
) -> tuple[dict[str, list[Row]], list[dict[str, float]]]:
    """Rows of all stages by extractor, each with `facts`, and the curve: means over domains by the first extractor.

    All stages but the last are snapshots. kimg counts rooting.
    """
    rows: dict[str, list[Row]] = {yardstick.name: [] for yardstick in protocol.yardsticks}
    first, curve = protocol.yardsticks[0].name, []
    for number, (kimg, models) in enumerate(stages, 1):
        at = {"kimg": rooting_kimg + kimg, "merging_kimg": kimg}
        measured = evaluate(models, protocol, snapshot=number < len(stages))
        for name, some in measured.items():
            rows[name] += [{**facts, **at, "seed": protocol.seed, "extractor": name} | each for each in some]
        means = {each["metric"]: each["mean"] for each in measured[first] if each["domain"] == "mean"}
        curve.append({"kimg": at["kimg"]} | means)
    return rows, curve
