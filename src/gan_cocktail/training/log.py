"""What a training tells: a JSON-lines file for programs, a bar or plain lines for people."""

import json
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import torch
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from gan_cocktail.files import write_text
from gan_cocktail.training.divergence import check_finite

LOG_STEPS = 16  # steps a line of the log: each holds one lazy R1
PRINT_SECONDS = 20.0


class TrainingLog:
    """Averages losses over LOG_STEPS steps, appends them to log.jsonl, and stops on what diverges."""

    def __init__(self, path: Path, steps_done: int):
        """Lines beyond `steps_done` (written after the state that a resumed run starts from) are dropped."""
        self.path = path
        lines = path.read_text().splitlines() if path.exists() else []
        kept = [line for line in lines if line.endswith("}") and json.loads(line)["step"] <= steps_done]
        write_text(path, "".join(line + "\n" for line in kept))
        self._forget()

    def _forget(self) -> None:
        self.sums: dict[str, Tensor] = {}
        self.counts: dict[str, int] = {}
        self.started = time.monotonic()

    def record(self, step: int, kimg: float, stats: dict[str, Tensor]) -> None:
        """Take in the losses of step number `step` (from 1)."""
        for name, value in stats.items():
            self.sums[name] = self.sums.get(name, torch.zeros_like(value)) + value
            self.counts[name] = self.counts.get(name, 0) + 1
        if step % LOG_STEPS == 0:
            self.write(step, kimg)

    def check(self, step: int, kimg: float) -> dict[str, float]:
        """Means of the losses since the last line; DivergedError if one is not finite, or exploded."""
        means = {name: float(total) / self.counts[name] for name, total in self.sums.items()}
        check_finite(means, self.path.parent, step, kimg)
        return means

    def write(self, step: int, kimg: float) -> None:
        """Append one line; DivergedError as `check`."""
        means = self.check(step, kimg)
        line = {"step": step, "kimg": kimg, "seconds": round(time.monotonic() - self.started, 3)} | means
        with self.path.open("a") as f:
            f.write(json.dumps(line) + "\n")
        self._forget()


class ProgressReport:
    """A progress bar with the time left on a terminal; a line every PRINT_SECONDS elsewhere."""

    def __init__(self, name: str, total_kimg: float, done_kimg: float):
        columns = [
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.1f}/{task.total:g} kimg"),
        ]
        self.bar = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn())
        self.name, self.total, self.first = name, total_kimg, done_kimg
        self.started = self.printed = time.monotonic()
        self.live = sys.stdout.isatty()
        self.task = self.bar.add_task(name, total=total_kimg)
        self.bar.update(self.task, completed=done_kimg)

    def __enter__(self) -> Self:
        if self.live:
            self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self.live:
            self.bar.stop()

    def update(self, kimg: float) -> None:
        """Show how far it is."""
        if self.live:
            self.bar.update(self.task, completed=kimg)
            return
        now = time.monotonic()
        if now - self.printed >= PRINT_SECONDS:
            rate = (kimg - self.first) / (now - self.started)
            left = (self.total - kimg) / rate
            print(f"{self.name}: {kimg:.1f}/{self.total:g} kimg, {rate * 1000:.0f} img/s, {left / 60:.1f} min left")
            sys.stdout.flush()
            self.printed = now
