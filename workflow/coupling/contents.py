"""What is in the files that the pipeline reads and does not make: source models, references, datasets, the extractor.

Snakemake by itself compares times: an older file in a newer one's place, or an edit deep in a folder, would pass it by.
"""

import hashlib
import json
from contextlib import suppress
from pathlib import Path

from gan_cocktail.files import write_text
from gan_cocktail.jobs import jobs, made
from gan_cocktail.plan.experiment import Plan
from workflow.coupling.remembered import kept
from workflow.coupling.stamps import files, stamp

CACHE = Path(".snakemake/contents.json")  # by path: the stamp at which a digest was taken, and the digest


class Contents:
    """The inputs of a plan that none of its jobs makes, as they are when it is read."""

    def __init__(self, plan: Plan):
        self._made = made(plan)
        self._seen: dict[str, tuple[str, str]] = {}  # by path: stamp, digest
        self._cache = _read_cache()
        known = dict(self._cache)
        self(*(path for job in jobs(plan) for path in job.inputs))
        if self._cache != known:
            write_text(CACHE, json.dumps(self._cache))

    def __call__(self, *paths: str) -> list[str]:
        """`path digest` of each of these that no job makes, for a rule's params; the same as long as this object lives.

        Snakemake asks at the start of a run for some jobs and at their end for others, and what was edited in between
        must not pass for what a job has read.
        """
        return [f"{path} {self._look(path)[1]}" for path in dict.fromkeys(paths) if path not in self._made]

    @property
    def stamps(self) -> dict[str, str]:
        """What tells, by path, whether a file or folder was written to since."""
        return {path: seen for path, (seen, _) in self._seen.items()}

    def _look(self, path: str) -> tuple[str, str]:
        if path not in self._seen:
            now = stamp(path)
            at, digest = self._cache.get(path, ("", ""))
            while at != now:  # once more, if it was written to while it was read
                at, digest = now, _digest(path)
                now = stamp(path)
            self._seen[path] = self._cache[path] = (at, digest)
        return self._seen[path]


def not_asked(*paths: str) -> list[str]:
    """In place of Contents in a job's own process: what it reads is the main process's business."""
    return []


def _digest(path: str) -> str:
    whole = hashlib.sha256()
    for name, file in files(path):
        with suppress(OSError), open(file, "rb") as f:
            content = hashlib.file_digest(f, "sha256").hexdigest()
            whole.update(f"{name}\0{content}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()[:16]


def _read_cache() -> dict[str, tuple[str, str]]:
    with suppress(ValueError, TypeError):
        return {path: (str(at), str(digest)) for path, (at, digest) in kept(CACHE).items()}
    return {}
