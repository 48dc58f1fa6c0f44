"""What is measured: titles, the scales that papers print, and which direction is better."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """How a metric is printed."""

    title: str
    better: Literal["lower", "higher", ""] = ""  # "": unknown, so nothing is marked
    scale: float = 1.0

    @property
    def heading(self) -> str:
        """The title with an arrow to the better side."""
        return self.title + {"lower": " ↓", "higher": " ↑", "": ""}[self.better]


MAIN = {"fid": Measure("FID", "lower"), "kid": Measure("KID · 1000", "lower", 1000.0)}
MORE = {
    "precision": Measure("precision", "higher"),
    "recall": Measure("recall", "higher"),
    "purity": Measure("purity", "higher"),
    "diversity": Measure("diversity"),  # neither end is good by itself: noise is diverse, and mist has short paths
    "ppl": Measure("PPL"),
}


def measure(metric: str) -> Measure:
    """How a metric is printed; one that is unknown here under its own name."""
    return (MAIN | MORE).get(metric, Measure(metric))
