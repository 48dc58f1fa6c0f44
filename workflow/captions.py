"""What `snakemake --report` shows, with captions from workflow/report/, and where a run's results are."""

import os
import sys
from pathlib import Path
from typing import Any

from snakemake.io import report

from gan_cocktail.plan.experiment import Plan

SHOWN = {".csv", ".png"}  # what browsers show


def shown(path: str, category: str, caption: str) -> Any:
    """An output with its place in the report; one that browsers do not show as it is."""
    file = Path(path)
    if file.suffix not in SHOWN:
        return path
    labels = {"name": file.stem, "format": file.suffix.lstrip(".")}
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=labels)


def say_where(plan: Plan) -> None:
    """Tell who ran the workflow what to open, unless it was DVC, for one stage."""
    if Path(plan.report()).exists() and "DVC_STAGE" not in os.environ:
        print(f"Everything on one page: {plan.report()}", file=sys.stderr)
