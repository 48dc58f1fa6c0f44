"""kill -9 of every verb at random moments: run again, it ends with the bytes of an undisturbed run."""

import random
import signal
import time

import pytest

from tests.reliability.conftest import COUNTED
from tests.reliability.faults import KILL, Writes, ended, start
from tests.reliability.verbs import EACH, TRAININGS, told

pytestmark = pytest.mark.long
SEED = 19
AT_WRITES, AT_TIMES = 2, 2  # kills of a step; of a training so many times more
MORE = 4


@pytest.mark.parametrize("made", EACH)
def test_killed_at_random_it_ends_as_if_it_were_not(whole, made, record_property):
    """In the middle of a write, an fsync or a rename; and at moments of the clock, one kill after the other."""
    rng, times = random.Random(f"{SEED} {made}"), MORE if made in TRAININGS else 1
    kills = 0
    whole.fresh()
    for n in rng.choices(range(len(whole.writes[made])), k=AT_WRITES * times):
        code, said = whole.run(made, Writes(whole.folder / "tries", n, KILL))
        if code == 0:  # the training goes on where it was, and has less to write
            assert whole.same(made), f"{made}, kill at write {n}"
            whole.fresh()
            continue
        assert code == -signal.SIGKILL, said
        kills += 1
        assert not (out := whole.folder / "tries" / made).exists() or whole.same(made), f"half of {out.name}, {n}"
    for _ in range(AT_TIMES * times):
        process = start(told(made, "tries"), whole.folder, whole.folder / "said")
        time.sleep(rng.random() * whole.seconds[made] * 0.9)
        process.kill()
        kills += ended(process) == -signal.SIGKILL
        assert not (whole.folder / "tries" / made).exists() or whole.same(made), made
    assert whole.run(made)[0] == 0
    assert whole.same(made)
    assert kills
    record_property(f"{COUNTED}kills survived", kills)
