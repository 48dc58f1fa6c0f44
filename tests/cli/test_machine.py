"""Facts of the machine."""

import json
import os
from importlib.metadata import version

from gan_cocktail.cli.machine import machine


def test_a_machine_states_what_bears_on_numbers_and_times(tmp_path):
    machine(tmp_path / "m.json")
    facts = json.loads((tmp_path / "m.json").read_text())
    assert facts["torch"] == version("torch")
    assert 1 <= facts["cores"] <= os.cpu_count()
    assert facts["CPU"]
    assert facts["memory"].endswith(" GiB")
    assert facts["GPU"]
