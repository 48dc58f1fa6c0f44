"""What is remembered of code is what would be computed."""

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT

SCRIPT = """
import sys
sys.path[:0] = {paths!r}
from workflow.coupling.code import manifest
from workflow.coupling import digests
computed = []
plain = digests._computed
digests._computed = lambda *given: computed.append(given) or plain(*given)
print(manifest("finetune"), len(computed), sep="")
"""


def run(folder):
    script = SCRIPT.format(paths=[str(ROOT), str(ROOT / "src")])
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    *manifest, computed = done.stdout.splitlines()
    return manifest, int(computed)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / ".snakemake/code.json"


def test_nothing_is_computed_twice_and_the_result_is_the_same(tmp_path, cache):
    first, computed = run(tmp_path)
    assert computed > 50
    assert cache.exists()
    assert run(tmp_path) == (first, 0)


@pytest.mark.parametrize("text", ["", "[]", '{"a":', "{}"])
def test_a_broken_file_is_made_anew(tmp_path, cache, text):
    first, computed = run(tmp_path)
    cache.write_text(text)
    assert run(tmp_path) == (first, computed)
    assert json.loads(cache.read_text())


def test_where_nothing_can_be_written_it_is_computed(tmp_path):
    (tmp_path / ".snakemake").write_text("in the way")
    assert run(tmp_path)[1] > 50
