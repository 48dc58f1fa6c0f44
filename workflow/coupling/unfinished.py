"""A run whose results DVC does not know yet: a file that is there from its first job until they are committed.

It holds what the inputs were when the run began, so that whoever finishes it, also after `kill -9`, sees whether jobs
can have read something else.
"""

import json
from contextlib import suppress
from pathlib import Path

from gan_cocktail.files import write_text
from gan_cocktail.jobs import Job
from workflow.coupling import records
from workflow.coupling.stamps import written_to

FILE = Path("workflow/coupling/unfinished")


def begin(stamps: dict[str, str]) -> None:
    """A run begins, with these inputs (contents.Contents.stamps)."""
    write_text(FILE, json.dumps(stamps))


def end() -> None:
    """What it made is committed."""
    FILE.unlink(missing_ok=True)


def exists() -> bool:
    """Whether there is such a run."""
    return FILE.exists()


def run_again(jobs: list[Job]) -> set[str]:
    """Make those jobs run again that the run has ended and whose inputs were written to since it began.

    What such a job has read nobody can tell, even if the input is what it was by now. Returns these inputs.
    """
    with suppress(OSError, ValueError):
        begun, changed = FILE.stat().st_mtime, written_to(json.loads(FILE.read_text()))
        again = [job for job in jobs if changed.intersection(job.inputs) and records.made_since(begun, job.outputs)]
        for path in [path for job in again for path in job.outputs]:
            records.forget(path)
        return changed.intersection(path for job in again for path in job.inputs)
    return set()
