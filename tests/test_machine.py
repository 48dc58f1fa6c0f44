"""Facts of the machine."""

import os

from gan_cocktail import machine


def test_a_machine_states_what_bears_on_numbers_and_times():
    facts = machine.facts()
    assert 1 <= int(facts["cores"]) <= os.cpu_count()
    assert facts["CPU"]
    assert facts["memory"].endswith(" GiB")
    assert facts["GPU"]
