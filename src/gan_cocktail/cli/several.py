"""A training in several processes of one machine, a device each: what starts them, and what all but one leave out."""

import os
import sys
from typing import NoReturn

from gan_cocktail.errors import CocktailError, StoppedError

VARIABLE = "GAN_COCKTAIL_PROCESSES"  # the machine's business, as the device is
RANK = "RANK"  # torchrun's
TRAININGS = ("train_source", "discriminator", "root", "finetune")


def in_several(verb: str) -> None:
    """Be torchrun of the same command if the environment asks for several processes and this is none of them.

    It ends as the first process that failed does, 130 if it was stopped.
    """
    asked = os.environ.get(VARIABLE) or "1"
    if not asked.isdecimal():
        raise CocktailError(f"${VARIABLE}={asked}: expected the number of processes of a training, such as 2")
    if verb in TRAININGS and int(asked) > 1 and RANK not in os.environ:
        _torchrun("--standalone", "--nproc-per-node", asked, "-m", "gan_cocktail", *sys.argv[1:])


def _torchrun(*arguments: str) -> NoReturn:
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.run import main

    try:
        main([*arguments])
    except ChildFailedError as failed:
        code = failed.get_first_failure()[1].exitcode
        sys.exit(code if code > 0 else 128 - code)
    except SignalException:
        sys.exit(StoppedError.exit_code)
    sys.exit()


def is_first() -> bool:
    """Whether this process is the one that writes files: the only one, or the first."""
    return os.environ.get(RANK, "0") == "0"


def hush() -> None:
    """Print nothing but errors from here on."""
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (until the process ends)
