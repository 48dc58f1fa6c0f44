"""An undisturbed small run to compare with, and what was survived, printed at the end."""

import shutil
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.reliability.faults import Writes, run
from tests.reliability.verbs import STEPS, prepare, told

COUNTED = "reliability: "  # before the name of what a test counts, in its record_property


@dataclass
class Whole:
    """The folder of an undisturbed run; for each step what it wrote, and the seconds that it took."""

    folder: Path
    writes: dict[str, list[str]]
    seconds: dict[str, float]

    def fresh(self):
        """An empty folder for another try of one step, and its name in the run's folder."""
        out = self.folder / "tries"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        return out

    def run(self, made, writes=None):
        """Make something once more, in `tries`; returns the exit status and what was said."""
        return run(told(made, "tries"), self.folder, self.folder / "said", writes)

    def same(self, made):
        """Whether what stands in `tries` is what the undisturbed run made."""
        return (self.folder / "tries" / made).read_bytes() == (self.folder / "made" / made).read_bytes()


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    """The undisturbed run."""
    found = Whole(tmp_path_factory.mktemp("run"), {}, {})
    prepare(found.folder)
    for made in STEPS:
        begun, said = time.monotonic(), found.folder / "said"
        code, text = run(told(made, "made"), found.folder, said, Writes(found.folder / "made"))
        assert code == 0, text
        found.seconds[made] = time.monotonic() - begun
        found.writes[made] = Path(f"{said}.writes").read_text().splitlines()
    return found


def pytest_terminal_summary(terminalreporter):
    """One line: what was survived in this run."""
    counts = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, n in report.user_properties:
                if report.when == "call" and str(name).startswith(COUNTED):
                    counts[name.removeprefix(COUNTED)] += n
    if counts:
        lost = len(terminalreporter.getreports("failed"))
        told = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
        terminalreporter.write_line(f"{COUNTED}{told}; {lost} tests failed")
