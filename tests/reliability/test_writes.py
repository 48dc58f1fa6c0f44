"""Every write of a small run fails once: one sentence, nothing half-written, and the same bytes when run again."""

import pytest

from tests.reliability.conftest import COUNTED
from tests.reliability.faults import KINDS, Writes
from tests.reliability.verbs import EACH

pytestmark = pytest.mark.long


@pytest.mark.parametrize("made", EACH)
def test_every_write_fails_once(whole, made, record_property):
    writes = whole.writes[made]
    assert len(writes) >= 5, writes  # create, open, write, fsync, rename
    failed = 0
    for n, what in enumerate(writes):
        kind = KINDS[n % len(KINDS)] if what.startswith("write") else KINDS[n % 2]
        out = whole.fresh()
        code, said = whole.run(made, Writes(out, n, kind))
        where = f"{made}, write {n}, {what}, {kind}: {code}\n{said}"
        assert code == 0 or kind != "short write", where
        assert "Traceback" not in said, where
        if code:
            assert said.splitlines()[-1].startswith("gan-cocktail: "), where
            assert "then run it again" in said.lower(), where
        assert not [path for path in out.rglob(".*") if path.is_file()], where  # no temporary file
        assert whole.same(made) if (out / made).exists() else code, where  # complete, or not there
        assert whole.run(made)[0] == 0, where
        assert whole.same(made), where
        failed += 1
    record_property(f"{COUNTED}writes failed", failed)
