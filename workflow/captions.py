"""What `snakemake --report` shows, with captions from workflow/report/."""

from pathlib import Path
from typing import Any

from snakemake.io import report

SHOWN = {".csv", ".png"}  # what browsers show


def shown(path: str, category: str, caption: str) -> Any:
    """An output with its place in the report; one that browsers do not show as it is."""
    file = Path(path)
    if file.suffix not in SHOWN:
        return path
    labels = {"name": file.stem, "format": file.suffix.lstrip(".")}
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=labels)
