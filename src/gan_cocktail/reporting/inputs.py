"""What the report is made of, and the sections that it has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gan_cocktail.params.experiment import Params
from gan_cocktail.reporting.embedding import Embedded
from gan_cocktail.reporting.rows import BOUNDS

SECTIONS = {  # in the page's order; each can hold figures
    "question": "The question",
    "answer": "The answer at a glance",
    "mixtures": "The mixtures",
    "numbers": "Numbers",
    "curves": "Training curves",
    "samples": "Samples",
    "distances": "Layer distances",
    "applications": "Applications",
    "measurement": "How it was measured",
    "provenance": "Provenance",
    "limits": "What is not reproduced",
}
ALWAYS = {"question", "answer", "mixtures", "numbers", "measurement", "provenance", "limits"}


@dataclass(frozen=True)
class Inputs:
    """What a page is made of; all but the evaluations may be missing."""

    evaluations: Mapping[str, Mapping[str, Any]]  # by file, as `evaluate` writes them
    bounds: Sequence[str] = BOUNDS  # methods that do not compete
    labels: Mapping[str, str] = field(default_factory=dict)  # of methods
    baselines: Sequence[str] = ()  # that the claim is about; none: all that train on the union
    params: Params | None = None
    figures: Sequence[Embedded] = ()
    distances: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # by file, as `distances` writes them
    directions: Sequence[Mapping[str, Any]] = ()  # title, rows: [{column: value}]
    stages: pd.DataFrame | None = None  # as read_benchmarks returns them
    commit: str = ""
    date: str = ""


def sections_of(inputs: Inputs) -> dict[str, str]:
    """Id and title of the sections that have something to show."""
    given = {figure.section for figure in inputs.figures}
    given |= {"distances"} if inputs.distances else set()
    given |= {"applications"} if inputs.directions else set()
    return {key: title for key, title in SECTIONS.items() if key in ALWAYS | given}
