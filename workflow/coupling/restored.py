"""Outputs that are not of Snakemake's making: DVC or git put them here (pull, checkout, run cache), or can do so."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.jobs import Job, jobs, outputs
from gan_cocktail.plan.experiment import Plan
from workflow.coupling import records, repository, stages
from workflow.coupling.contents import Contents
from workflow.coupling.run import say, touch
from workflow.coupling.stamps import written_to

LOCK = Path("dvc.lock")
Status = Mapping[str, list[Any]]  # by stage: mappings of paths to what is with them, and notes on the stage


def recognise(plan: Plan, contents: Contents) -> None:
    """Record what DVC put here as up to date, or as stale, whichever DVC says; tell what it could put here.

    Raises CocktailError if what it put here leads nowhere.
    """
    _check_links(plan)
    foreign, gone = set(filter(records.is_foreign, outputs(plan))), _gone(plan)
    if not foreign and not gone:
        return
    status, remote = _status(contents)
    agreed = _agreed(plan, status)
    if foreign:
        _record(agreed, foreign, contents)
    _hint(agreed, gone, status, remote)


def _check_links(plan: Plan) -> None:
    broken = [path for path in outputs(plan) if os.path.islink(path) and not os.path.exists(path)]
    if broken:
        raise CocktailError(
            f"{broken[0]}: a link to DVC's cache, which does not have the file ({len(broken)} such links in all). "
            "`dvc checkout --relink` mends them if this folder was moved, `dvc pull` fetches what a remote has; after "
            "`find results -xtype l -delete` they are made anew"
        )


def _gone(plan: Plan) -> set[str]:
    """The outputs that dvc.lock has, and that are not here."""
    missing = {path for path in outputs(plan) if not os.path.lexists(path)}
    if missing and LOCK.exists():
        known = {line.split("path: ", 1)[-1].strip("'") for line in LOCK.read_text(encoding="utf-8").splitlines()}
        return missing & known
    return set()


def _record(agreed: list[Job], foreign: set[str], contents: Contents) -> None:
    fresh: set[str] = set()  # to be recorded: in agreement with dvc.lock, and foreign or after one that is
    stale = foreign.copy()
    for job in agreed:
        stale.difference_update(job.outputs)
        if not foreign.union(fresh).isdisjoint({*job.inputs, *job.outputs}):
            fresh.update(job.outputs)
    present = sorted(filter(os.path.exists, fresh))
    if present:
        say(f"{len(present)} outputs here are those of dvc.lock: made anew only if what they are made from is")
        touch(present)
    if stale:
        say(f"made of other parameters, inputs or code, will be made anew: {', '.join(sorted(stale))}")
    moved = written_to(contents.stamps)  # since DVC looked: what was recorded may be something else
    for path in stale.union(present if moved else ()):
        records.forget(path)


def _hint(agreed: list[Job], gone: set[str], status: Status, remote: bool) -> None:
    """How what is missing comes back without being made again, and what cannot."""
    found = [
        (path, what, stages.in_cache(job, path))
        for job in agreed
        for group in status.get(stages.stage_name(job), [])
        if isinstance(group, dict)
        for path, what in group.get("changed outs", {}).items()
        if path in gone
    ]
    lost = [path for path, what, kept in found if kept and what == "not in cache"]
    cached = {path for path, what, kept in found if kept and what == "deleted"}
    git = _deleted_in_git().intersection(path for path, *_ in found)
    ways = {"`dvc checkout`": len(cached), "`git checkout -- results`": len(git)}
    told = " and ".join(f"{command} brings back {n}" for command, n in ways.items() if n)
    if told:
        say(f"of the missing outputs {len(cached | git)} need not be made anew: {told}")
    if lost:
        way = "`dvc pull` fetches what a remote has of them, else" if remote else "no remote is set up, so"
        say(f"{len(lost)} of the missing outputs are in dvc.lock, but not in DVC's cache: {way} they are made anew")


def _deleted_in_git() -> set[str]:
    with suppress(OSError):
        run = subprocess.run(["git", "ls-files", "-z", "--deleted"], capture_output=True, text=True)
        return set(run.stdout.split("\0"))
    return set()


def _status(contents: Contents) -> tuple[Status, bool]:
    """What DVC says of each stage that is not as dvc.lock has it; and whether there is a remote."""
    with repository.opened() as repo:
        repository.read_again(repo, contents.stamps)
        return repo.status(), bool(repo.config["remote"])


def _agreed(plan: Plan, status: Status) -> list[Job]:
    """The jobs that differ from dvc.lock at most by files that are not here, as do all jobs before them."""
    agreed, others = [], set[str]()
    for job in jobs(plan):
        if _only_missing(status.get(stages.stage_name(job), [])) and others.isdisjoint(job.inputs):
            agreed.append(job)
        else:
            others.update(job.outputs)
    return agreed


def _only_missing(differences: Iterable[Any]) -> bool:
    groups = [paths for group in differences for paths in (group.values() if isinstance(group, dict) else [group])]
    return all(
        isinstance(paths, dict) and all(what in ("deleted", "not in cache") for what in paths.values())
        for paths in groups
    )
