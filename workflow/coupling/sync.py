"""Keeps the records of Snakemake and DVC in agreement.

before: outputs that DVC put here (pull, checkout, run cache) are recorded as up to date, or as stale,
whichever DVC says.
after, and before `dvc repro` looks at anything (the stage `sync`): what Snakemake has finished is committed to
DVC, which would else delete and redo it.
Inside DVC's other stages Snakemake runs one job, and DVC does the bookkeeping.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import psutil

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import Job, jobs, outputs
from gan_cocktail.plan.experiment import Plan
from workflow.coupling import records, stages
from workflow.coupling.experiment import read_params

UNFINISHED = Path("workflow/coupling/unfinished")  # there while a run has results that DVC does not know
INSIDE = "GAN_COCKTAIL_SYNC"  # set for the Snakemake that is started here


def _ancestors() -> list[int]:
    return [process.pid for process in psutil.Process().parents()]


ANCESTORS = _ancestors()  # inside a stage DVC is one of them, with a shell between or without


def before(plan: Plan) -> None:
    """When Snakemake has read the workflow."""
    if _role(plan) == "run":
        _from_dvc(plan)


def begin(plan: Plan) -> None:
    """When the first job is about to start: until its results are committed, `dvc repro` has to look here first."""
    if _role(plan):
        UNFINISHED.touch()


def after(plan: Plan) -> None:
    """When the last job has ended, well or badly."""
    role = _role(plan)
    if role == "run":
        plan, written = read_params()  # as they are now: someone may have edited them, or the code, meanwhile
        stages.write(plan, written)
        _finish(plan, with_sync=True)
    elif role == "stage" and _ancestors() == ANCESTORS:  # DVC lives, and will record the output
        UNFINISHED.unlink(missing_ok=True)


def _role(plan: Plan) -> Literal["run", "stage", None]:
    """A run of Snakemake, or one inside a stage of DVC; None: not DVC's business (other experiments, no DVC)."""
    if INSIDE in os.environ or not Path(".dvc").is_dir() or plan.results != "results":
        return None
    return "stage" if "DVC_STAGE" in os.environ else "run"


def _from_dvc(plan: Plan) -> None:
    """Bring dvc.yaml up to date, and tell Snakemake of every output that is not of its making."""
    if records.locked(outputs(plan)):
        return  # Snakemake itself will say so
    if stages.write(plan, read_params()[1]):
        _say("dvc.yaml: written anew for these parameters")
    if UNFINISHED.exists():
        _finish(plan)
    foreign = set(filter(records.is_foreign, outputs(plan)))
    if not foreign:
        return
    fresh: set[str] = set()  # to be recorded: in agreement with dvc.lock, and foreign or after one that is
    stale = foreign.copy()
    for job in _agreed(plan):
        stale.difference_update(job.outputs)
        if not foreign.union(fresh).isdisjoint({*job.inputs, *job.outputs}):
            fresh.update(job.outputs)
    present = sorted(filter(os.path.exists, fresh))
    if present:
        _say(f"{len(present)} outputs in agreement with dvc.lock are recorded as up to date")
        _snakemake("--touch", "--force", "--cores", "1", "--", *present)
    if stale:
        _say(f"made of other parameters, inputs or code, will be made anew: {', '.join(sorted(stale))}")
    for path in stale:
        records.forget(path)


def _finish(plan: Plan, *, with_sync: bool = False) -> None:
    """Commit what Snakemake has finished. with_sync: the stage `sync` too, unless it is DVC that runs it."""
    from dvc.repo import Repo, lock_repo

    finished = _finished(plan)
    with Repo() as repo, lock_repo(repo):
        known = {stage.addressing: stage for stage in repo.index.stages}
        _commit([known[name] for name in finished])
        UNFINISHED.unlink(missing_ok=True)
        if with_sync:
            _commit([known[stages.SYNC]])


def _commit(finished: Iterable[Any]) -> None:
    changed = [stage for stage in finished if any(stage.changed_entries()) or not stage.outs_cached()]
    for stage in changed:
        _commit_stage(stage)
    if changed:
        changed[0].dvcfile.dump_stages(changed, update_pipeline=False)  # one for all: it takes a second


def _commit_stage(stage: Any) -> None:
    paths = [out.fs_path for out in stage.outs]
    times = [os.lstat(path).st_mtime_ns for path in paths]
    # what DVC's own rule keeps out of the run cache would come back as a link, and git is no place for links
    stage.save(run_cache=all(out.use_cache or out.is_plot for out in stage.outs))
    stage.commit()
    for path, time in zip(paths, times, strict=True):
        _date(path, time)


def _date(path: str, time: int) -> None:
    """Make a file that DVC may have replaced by a link as old as it was, for Snakemake compares ages."""
    with suppress(PermissionError):  # another user's cache: then it is foreign, and recognised by the next run
        for follow in (True, False):
            os.utime(path, ns=(time, time), follow_symlinks=follow)


def _finished(plan: Plan) -> list[str]:
    """Names of the stages that are done: what Snakemake itself made and would not make again."""
    made = [job for job in jobs(plan) if all(map(records.is_own, job.outputs))]
    if not made:
        return []
    header, *rows = (line.split("\t") for line in _snakemake("--summary").splitlines() if "\t" in line)
    path, verdict = header.index("output_file"), header.index("plan")
    fresh = {row[path] for row in rows if row[verdict] == "no update"}
    return [stages.stage_name(job) for job in made if fresh.issuperset(job.outputs)]


def _agreed(plan: Plan) -> list[Job]:
    """The jobs that differ from dvc.lock at most by files that are not here, as do all jobs before them."""
    from dvc.repo import Repo

    with Repo() as repo:
        status = repo.status()
    agreed, others = [], set[str]()
    for job in jobs(plan):
        if _only_missing(status.get(stages.stage_name(job), [])) and others.isdisjoint(job.inputs):
            agreed.append(job)
        else:
            others.update(job.outputs)
    return agreed


def _only_missing(differences: Iterable[Any]) -> bool:
    """Of a stage in `dvc status`: a list of mappings of paths to what is with them, and of notes on the stage."""
    groups = [paths for group in differences for paths in (group.values() if isinstance(group, dict) else [group])]
    return all(
        isinstance(paths, dict) and all(what in ("deleted", "not in cache") for what in paths.values())
        for paths in groups
    )


def _snakemake(*arguments: str) -> str:
    command = [sys.executable, "-m", "snakemake", *arguments]
    run = subprocess.run(command, env=os.environ | {INSIDE: "1"}, capture_output=True, text=True)
    if run.returncode:
        raise CocktailError(f"{' '.join(command[2:4])} failed:\n{run.stdout}{run.stderr}")
    return run.stdout


def _say(message: str) -> None:
    print(f"DVC: {message}", file=sys.stderr)


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
    _finish(plan)


if __name__ == "__main__":
    try:
        main()
    except CocktailError as error:
        sys.exit(f"dvc repro: {error}")
