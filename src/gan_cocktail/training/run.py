"""Run a job to its budget: resume, log, sample grids, snapshots, state, interruption."""

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.data.images import grid, png, to_uint8
from gan_cocktail.errors import CocktailError, StoppedError
from gan_cocktail.facts import read_facts
from gan_cocktail.files import atomic
from gan_cocktail.provenance import plain
from gan_cocktail.seeds import latents
from gan_cocktail.training.aside import STATE, other_job, prune, put_back, set_aside
from gan_cocktail.training.divergence import check_trainer
from gan_cocktail.training.log import ProgressReport, TrainingLog
from gan_cocktail.training.processes import joined, stop_requests
from gan_cocktail.training.sealed import recover
from gan_cocktail.training.state import restore_state, save_state
from gan_cocktail.training.trainer import Trainer, TrainingJob

STATE_SECONDS = 30.0  # between saves of the whole state; it is saved with each grid too
GRIDS = 10  # sample grids a training
GRID_SIDE = 8


Milestones = Mapping[int, Sequence[float]]
"""By step: the kimg, several where a step is longer than what is between them, at which the generator is kept."""


def steps_of(kimg: float, batch_size: int) -> int:
    """Steps that show at least `kimg` thousand images; CocktailError if there are not so many."""
    if not 0 <= kimg < math.inf:
        raise CocktailError(f"kimg: expected a number of thousand images, found {kimg}")
    return math.ceil(round(kimg * 1000, 6) / batch_size)


def write_samples(trainer: Trainer, path: Path) -> None:
    """A grid of the moving average's images: fixed latents, noise and classes (by rows)."""
    G, n = trainer.G_ema, GRID_SIDE**2
    classes = torch.arange(n) // GRID_SIDE % max(1, G.c_dim)
    c = F.one_hot(classes, G.c_dim).float().to(trainer.device) if G.c_dim else None
    z = latents(n, G.z_dim, 0, "samples").to(trainer.device)
    with torch.no_grad():
        drawn = G.synthesis.parts(G.truncate(G.mapping(z, c), c, 1), G.synthesis.constant_noise(n))
        images = torch.cat([to_uint8(part) for part in drawn])
    with atomic(path) as temporary:
        temporary.write_bytes(png(grid(images, GRID_SIDE)))


def snapshot_path(folder: Path, kimg: float) -> Path:
    """Where the generator at `kimg` is kept."""
    return folder / "snapshots" / f"{float(kimg)}.safetensors"


@dataclass(frozen=True)
class _Keeper:
    """What a training leaves in its folder; `fingerprint` tells its files from those of another job."""

    folder: Path
    fingerprint: str
    made_of: Mapping[str, Any]

    @property
    def state(self) -> Path:
        return self.folder / STATE

    @contextmanager
    def resume(self, trainer: Trainer, last: int, milestones: Milestones) -> Iterator[None]:
        """Continue from the state; where that cannot be, start anew and keep aside what is there.

        If the block fails before it saved a state, what was kept aside is put back.
        """
        for leftover in self.folder.rglob(".*.*"):  # of a process that was killed while writing
            leftover.unlink()
        recover(self.state)
        if not self.state.exists():
            yield
            return
        if why := self._why_anew(trainer, last, milestones):
            aside = set_aside(self.folder, why)
            try:
                yield
            except BaseException:
                if not self.state.exists():
                    put_back(self.folder, aside)
                raise
            prune(self.folder)
            return
        restore_state(trainer, self.state)
        print(f"{self.folder}: continuing at {trainer.kimg:g} kimg", flush=True)
        self.save_snapshots(trainer, milestones)
        yield

    def _why_anew(self, trainer: Trainer, last: int, milestones: Milestones) -> str:
        """Why the state that is there is not continued; empty if it is."""
        facts, batch = read_facts(self.state, "the state of a training"), trainer.settings.batch_size
        if facts["fingerprint"] != self.fingerprint:
            return other_job(facts, self.made_of)
        if facts["steps"] > last:
            return f"it is at {facts['steps'] * batch / 1000:g} kimg, beyond the budget, {last * batch / 1000:g}"
        past = [kimg for at, some in milestones.items() if at < facts["steps"] for kimg in some]
        missing = [kimg for kimg in past if not self._has_snapshot(kimg)]
        return f"it is beyond {missing[0]:g} kimg, and kept no generator there, which is asked for" if missing else ""

    def _has_snapshot(self, kimg: float) -> bool:
        path = snapshot_path(self.folder, kimg)
        return path.exists() and read_facts(path, "a snapshot")["info"].get("fingerprint") == self.fingerprint

    def save_snapshots(self, trainer: Trainer, milestones: Milestones) -> None:
        """Keep the moving average of G if it is asked for here, unless the training is past help (DivergedError)."""
        for kimg in milestones.get(trainer.steps, ()):
            check_trainer(trainer, self.folder)
            info = {"kind": "snapshot", "kimg": kimg, "fingerprint": self.fingerprint}
            G = replace(trainer.job.initial, G=trainer.ema_weights(), D={}, info=info)
            save(G, snapshot_path(self.folder, kimg))

    def save_state(self, trainer: Trainer) -> None:
        """Save everything, unless it is past help (DivergedError)."""
        check_trainer(trainer, self.folder)
        save_state(trainer, self.state, self.fingerprint, self.made_of)


def run(
    job: TrainingJob,
    kimg: float,
    folder: Path,
    fingerprint: str,
    device: torch.device,
    snapshots: Sequence[float] = (),
    made_of: Mapping[str, Any] | None = None,
) -> Model:
    """Train to `kimg` and return the model: G's moving average and D.

    `folder` holds the state (continued if `fingerprint` is the same), log.jsonl, samples/ and
    snapshots/ (the generator at each kimg of `snapshots`). A state within the budget is continued,
    so raising the budget trains the difference alone. Where it is not, it is said why, by what `made_of` (what
    the fingerprint is of) was and is, and all is kept aside in before-*/.

    Where torchrun started several processes, they share each batch; the first alone writes, and all return the model.

    Raises StoppedError on SIGINT or SIGTERM (to any of the processes), DivergedError on NaN and what exploded.
    """
    batch, keeper = job.settings.batch_size, _Keeper(folder, fingerprint, plain(dict(made_of or {})))
    last = steps_of(kimg, batch)
    milestones: dict[int, list[float]] = {}
    for each in snapshots:
        milestones.setdefault(steps_of(each, batch), []).append(each)
    with joined(device) as processes:
        trainer = Trainer(job, device, processes)
        if processes.first:
            _lead(trainer, kimg, keeper, last, milestones)
        else:
            _follow(trainer, kimg, keeper, last)
    return replace(job.initial, G=trainer.ema_weights(), D=trainer.D.state_dict(), info={})


def _lead(trainer: Trainer, kimg: float, keeper: _Keeper, last: int, milestones: Milestones) -> None:
    """Train to step `last`, and write all that is written."""
    folder, together = keeper.folder, trainer.processes
    grids = {round(last * i / GRIDS) for i in range(1, GRIDS + 1)}
    with keeper.resume(trainer, last, milestones), stop_requests() as caught:
        together.any(True)  # what is in the folder now is what the others continue
        log, saved = TrainingLog(folder / "log.jsonl", trainer.steps), time.monotonic()
        with ProgressReport(str(folder), kimg, trainer.kimg) as progress:
            while trainer.steps < last:
                stats = trainer.step()
                stop = together.any(bool(caught))
                log.record(trainer.steps, trainer.kimg, stats)
                progress.update(trainer.kimg)
                keeper.save_snapshots(trainer, milestones)
                if trainer.steps in grids:
                    write_samples(trainer, folder / f"samples/{trainer.kimg:09.3f}.png")
                if stop or trainer.steps in grids or time.monotonic() - saved > STATE_SECONDS:
                    log.check(trainer.steps, trainer.kimg)
                    keeper.save_state(trainer)
                    saved = time.monotonic()
                if stop and trainer.steps < last:
                    raise _stopped(trainer, kimg, folder)


def _follow(trainer: Trainer, kimg: float, keeper: _Keeper, last: int) -> None:
    """Take part in what another process leads: the same steps from the same state."""
    together = trainer.processes
    with stop_requests() as caught:
        together.any(True)
        if keeper.state.exists():
            restore_state(trainer, keeper.state)
        while trainer.steps < last:
            trainer.step()
            if together.any(bool(caught)) and trainer.steps < last:
                raise _stopped(trainer, kimg, keeper.folder)


def _stopped(trainer: Trainer, kimg: float, folder: Path) -> StoppedError:
    return StoppedError(f"{folder}: stopped at {trainer.kimg:g} of {kimg:g} kimg; run it again to continue")
