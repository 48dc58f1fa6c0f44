"""What Snakemake has finished is committed to DVC, as `dvc commit` does, which would else delete and redo it."""

import os
from contextlib import suppress
from typing import Any

from gan_cocktail.jobs import Job, jobs, made
from gan_cocktail.plan.experiment import Plan
from workflow.coupling import records, repository, stages, unfinished
from workflow.coupling.experiment import PARAMS
from workflow.coupling.run import say, snakemake
from workflow.coupling.stamps import stamp, written_to


def finish(plan: Plan, *, with_sync: bool = False) -> None:
    """Commit what Snakemake has finished. with_sync: the stage `sync` too, unless it is DVC that runs it.

    A job is committed only if its inputs are what it has read: Snakemake recorded their digests when its run began, and
    calls a job fresh only if they are the same now.
    """
    from dvc.repo import lock_repo

    changed = unfinished.run_again([job for job in jobs(plan) if all(map(records.is_own, job.outputs))])
    if changed:
        say(f"{', '.join(sorted(changed))}: written to while a run was under way; the jobs that read it will run again")
    inputs = {str(PARAMS)}.union(*(job.inputs for job in jobs(plan)))
    stamps = {path: stamp(path) for path in inputs - made(plan)}
    finished = _finished(plan)
    with repository.opened() as repo, lock_repo(repo):
        known = {stage.addressing: stage for stage in repo.index.stages}
        _commit({known[stages.stage_name(job)]: [*job.inputs, str(PARAMS)] for job in finished}, stamps)
        unfinished.end()
        if with_sync:
            _commit({known[stages.SYNC]: []}, {})


def _finished(plan: Plan) -> list[Job]:
    """The jobs that are done: what Snakemake itself made and would not make again."""
    made_here = [job for job in jobs(plan) if all(map(records.is_own, job.outputs))]
    if not made_here:
        return []
    header, *rows = (line.split("\t") for line in snakemake("--summary").splitlines() if "\t" in line)
    path, verdict = header.index("output_file"), header.index("plan")
    fresh = {row[path] for row in rows if row[verdict] == "no update"}
    return [job for job in made_here if fresh.issuperset(job.outputs)]


def _commit(finished: dict[Any, list[str]], stamps: dict[str, str]) -> None:
    """Commit stages, given with their inputs; but none with an input that was written to after its stamp was taken."""
    changed = [stage for stage in finished if any(stage.changed_entries()) or not stage.outs_cached()]
    times = {out.fs_path: os.lstat(out.fs_path).st_mtime_ns for stage in changed for out in stage.outs}
    if changed:
        inputs = {path for stage in changed for path in finished[stage]}
        repository.read_again(changed[0].repo, {path: stamps[path] for path in stamps.keys() & inputs})
    for stage in changed:
        stage.save(run_cache=False)  # hashes
    moving = written_to(stamps)
    settled = [stage for stage in changed if moving.isdisjoint(finished[stage])]
    for stage in settled:
        _keep(stage, times)
    if settled:
        settled[0].dvcfile.dump_stages(settled, update_pipeline=False)  # one for all: it takes a second


def _keep(stage: Any, times: dict[str, int]) -> None:
    # what DVC's own rule keeps out of the run cache would come back as a link, and git is no place for links
    if all(out.use_cache or out.is_plot for out in stage.outs):
        stage.repo.stage_cache.save(stage)
    stage.commit()
    for out in stage.outs:
        _date(out.fs_path, times[out.fs_path])


def _date(path: str, time: int) -> None:
    """Make a file that DVC may have replaced by a link as old as it was, for Snakemake compares ages.

    What a link leads to becomes no younger: it may be another output's too, made before and of the same bytes.
    """
    with suppress(PermissionError):  # another user's cache: then it is foreign, and recognised by the next run
        os.utime(path, ns=(time, time), follow_symlinks=False)
        if os.stat(path).st_mtime_ns > time:
            os.utime(path, ns=(time, time))
