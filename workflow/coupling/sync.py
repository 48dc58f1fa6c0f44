"""Keeps the records of Snakemake and DVC in agreement.

before: outputs that DVC put here (pull, checkout, run cache) are recorded as up to date, or as stale,
whichever DVC says.
after, and before `dvc repro` looks at anything (the stage `sync`): what Snakemake has finished is committed to
DVC, which would else delete and redo it.
Inside DVC's other stages Snakemake runs one job, and DVC does the bookkeeping.
"""

import atexit
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import psutil

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import jobs, outputs
from gan_cocktail.plan.experiment import Plan
from workflow.coupling import records, repository, stages, unfinished
from workflow.coupling.commits import finish
from workflow.coupling.contents import Contents
from workflow.coupling.experiment import check_merged, read_params
from workflow.coupling.restored import LOCK, recognise
from workflow.coupling.run import INSIDE, say


def _ancestors() -> list[int]:
    return [process.pid for process in psutil.Process().parents()]


ANCESTORS = _ancestors()  # inside a stage DVC is one of them, with a shell between or without


def before(plan: Plan, contents: Contents) -> None:
    """When Snakemake has read the workflow."""
    if _role(plan) != "run":
        return
    if find_spec("dvc") is None:
        raise CocktailError(
            "DVC keeps the versions of what params.yaml makes, and is not installed: pip install "
            "'gan-cocktail[workflow]' (an experiment of --configfile does without)"
        )
    if not LOCK.exists():
        repository.opened().close()  # no git checkout: said before all the work, not after it
    check_merged(LOCK)
    if records.locked(outputs(plan)):
        return  # Snakemake itself will say so
    if stages.write(plan, read_params()[1]):
        say("dvc.yaml: written anew for these parameters")
    if unfinished.exists():
        finish(plan)
    recognise(plan, contents)


def begin(plan: Plan, contents: Contents, *, touch: bool) -> None:
    """When the first job is about to start: until its results are committed, `dvc repro` has to look here first.

    touch: whether Snakemake is to record what it has not made (--touch), refused where DVC would take it as made.
    """
    role = _role(plan)
    if role and touch:
        raise CocktailError(
            "--touch would call results up to date whatever they were made of, and dvc.lock would say so too; what DVC "
            "knows is recognised without it. To keep results in spite of a change: `dvc commit`, which asks, and then "
            "`rm -r .snakemake/metadata`"
        )
    if role:
        unfinished.begin(contents.stamps)


def after(plan: Plan, *, success: bool) -> None:
    """When the last job has ended, well or badly."""
    role = _role(plan)
    if role == "run":
        plan, written = read_params()  # as they are now: someone may have edited them, or the code, meanwhile
        stages.write(plan, written)
        finish(plan, with_sync=True)
    elif role == "stage" and success:
        atexit.register(_leave, plan)
    elif role == "stage" and _ancestors() == ANCESTORS:
        unfinished.end()


def _leave(plan: Plan) -> None:
    """The last of a stage of DVC, which then takes the hashes of what the stage has read.

    An input that was written to since the stage began fails it. This ends the process: Python's own clearing up takes
    a second, in which an edit would pass for what the job has read.
    """
    changed = set[str]()
    if _ancestors() == ANCESTORS:  # DVC lives, and will record the output
        changed = unfinished.run_again(jobs(plan))
        unfinished.end()
    if changed:
        say(f"{', '.join(sorted(changed))}: written to while the job that reads it was running; run dvc repro again")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(bool(changed))


def _role(plan: Plan) -> Literal["run", "stage", None]:
    """A run of Snakemake, or one inside a stage of DVC; None: not DVC's business (other experiments, no DVC)."""
    if INSIDE in os.environ or not Path(".dvc").is_dir() or plan.results != "results":
        return None
    return "stage" if "DVC_STAGE" in os.environ else "run"


def main() -> None:
    """The stage `sync`: refuse to go on where DVC would harm a run, else commit what is finished."""
    plan, written = read_params()
    if records.locked(outputs(plan)):
        raise CocktailError(
            "a Snakemake run is under way here: wait for it, and run dvc repro again. If it was killed, "
            "`snakemake --unlock` first"
        )
    if stages.write(plan, written):
        raise CocktailError("dvc.yaml was of other jobs than params.yaml and is written anew: run dvc repro again")
    finish(plan)


if __name__ == "__main__":
    try:
        main()
    except CocktailError as error:
        sys.exit(f"dvc repro: {error}")
