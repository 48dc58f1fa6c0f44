"""Ages of outputs that DVC has replaced by links."""

import os

import pytest

from workflow.coupling.commits import _date

SECOND = 10**9


def ages(path):
    return os.lstat(path).st_mtime_ns, os.stat(path).st_mtime_ns


@pytest.mark.parametrize("order", [("first", "second"), ("second", "first")])
def test_outputs_of_the_same_bytes_that_lead_to_one_file_are_as_old_as_they_were(tmp_path, order):
    (tmp_path / "cache").touch()  # now
    made = {"first": 100 * SECOND + 1, "second": 200 * SECOND}
    for name in order:
        (tmp_path / name).symlink_to("cache")
        _date(str(tmp_path / name), made[name])
    for name, time in made.items():
        link, target = ages(tmp_path / name)
        assert link == time
        assert target <= time  # Snakemake goes by the later one


def test_a_file_that_is_no_link_is_as_old_as_it_was(tmp_path):
    (tmp_path / "file").touch()
    _date(str(tmp_path / "file"), 100 * SECOND)
    assert ages(tmp_path / "file") == (100 * SECOND, 100 * SECOND)
