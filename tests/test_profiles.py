"""Snakemake's profiles ask for what there is: rules, and GPUs where they are used."""

import re
from pathlib import Path

import yaml

from tests.conftest import ROOT
from workflow.coupling.code import RULES, _definition, modules

SLURM = ROOT / "profiles/slurm/config.yaml"
SETTING = re.compile(r"^#(?=[^ ]|  )", re.MULTILINE)
PICKS = ("device.pick(", "open_generator(")


def rules():
    """Every rule that runs a verb, and the verb."""
    for path in RULES.glob("*.smk"):
        for name, taken in re.findall(r"^ *(?:rule (\w+):|use rule \w+ as (\w+))", path.read_text(), re.MULTILINE):
            yield name or taken, _definition(name or taken)[1]


def computes(path: Path):
    """Whether a module picks a device."""
    return path.name not in ("device.py", "drawing.py") and any(word in path.read_text() for word in PICKS)


def test_gpus_are_asked_for_where_a_device_is_used_and_nowhere_else():
    """With a device in the environment that a node lacks, a step that uses one would fail there."""
    asked = yaml.safe_load(SETTING.sub("", SLURM.read_text()))["set-resources"]
    assert set(asked) == {rule for rule, verb in rules() if any(map(computes, modules(verb)))}
    assert all(resources["gpu"] == 1 for resources in asked.values())


def test_as_it_stands_it_asks_for_no_account_partition_or_gpu():
    settings = yaml.safe_load(SLURM.read_text())
    assert settings["executor"] == "slurm"
    assert not {"default-resources", "set-resources"} & settings.keys()
