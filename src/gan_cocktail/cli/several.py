"""A training in several processes of one machine, a device each: what starts them, and what all but one leave out."""

import os
import sys

from gan_cocktail.errors import CocktailError

VARIABLE = "GAN_COCKTAIL_PROCESSES"  # the machine's business, as the device is
RANK = "RANK"  # torchrun's
TRAININGS = ("train_source", "discriminator", "root", "merge")


def in_several(verb: str) -> None:
    """Become torchrun of the same command if the environment asks for several processes and this is none of them."""
    asked = os.environ.get(VARIABLE) or "1"
    if not asked.isdecimal():
        raise CocktailError(f"${VARIABLE}={asked}: expected the number of processes of a training, such as 2")
    if verb in TRAININGS and int(asked) > 1 and RANK not in os.environ:
        torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", asked]
        os.execv(sys.executable, [*torchrun, "-m", "gan_cocktail", *sys.argv[1:]])  # noqa: S606 - ourselves again


def is_first() -> bool:
    """Whether this process is the one that writes files: the only one, or the first."""
    return os.environ.get(RANK, "0") == "0"


def hush() -> None:
    """Leave what is printed to the first process; errors are printed by each."""
    if not is_first():
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (until the process ends)
