"""What differs between the methods: where each starts and whether it trains.

To add a method: its name to `params.Method`, a line here.
"""

from dataclasses import dataclass
from typing import Literal

from gan_cocktail.params.experiment import Method

Initialisation = Literal["average_rooted", "average_unrooted", "root", "random", "sources"]


@dataclass(frozen=True)
class MethodSpec:
    """One row of the comparison."""

    label: str  # in tables and figures
    initialisation: Initialisation
    trains: bool = True  # fine-tuned on the union of the synthetic datasets
    rooted: bool = False  # its initialisation cost (N - 1) * rooting kimg


METHODS: dict[Method, MethodSpec] = {
    "ours": MethodSpec("GAN Cocktail (ours)", "average_rooted", rooted=True),
    "transfergan": MethodSpec("TransferGAN", "root"),
    "scratch": MethodSpec("Scratch", "random"),
    "average_rooted": MethodSpec("Average, rooted", "average_rooted", trains=False, rooted=True),
    "average_unrooted": MethodSpec("Average, unrooted", "average_unrooted", trains=False),
    "ensemble": MethodSpec("The sources (N models)", "sources", trains=False),
}
