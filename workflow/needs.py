"""What rules ask of the machine: memory and time as the plan's needs say, more at every further attempt."""

import os
from collections.abc import Callable
from typing import Any

from gan_cocktail.checks import networks
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.plan.needs import Need, Needs

DEVICE = "GAN_COCKTAIL_DEVICE"


def needs_of(plan: Plan) -> Needs:
    """The needs of an experiment; on a GPU if that is said, or if its precision has no other place."""
    said = os.environ.get(DEVICE, "").startswith("cuda")
    return Needs(plan, networks(plan), said or plan.params.training.precision == "fp16")


def asks(need: Callable[[Any], Need]) -> dict[str, Callable[..., int]]:
    """A rule's resources, of what a job with its wildcards needs."""
    return {
        "mem_mb": lambda wildcards, attempt: need(wildcards).mem_mb(attempt),
        "runtime": lambda wildcards, attempt: need(wildcards).runtime(attempt),
    }
