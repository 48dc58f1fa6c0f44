"""Where tensors live and how many threads compute: the machine's business, never a parameter's."""

import os

import torch

from gan_cocktail.errors import CocktailError

VARIABLE = "GAN_COCKTAIL_DEVICE"


def pick() -> torch.device:
    """The device of $GAN_COCKTAIL_DEVICE (cpu, cuda, cuda:1), else CUDA if there is one, else the CPU.

    The number of threads is PyTorch's own setting, $OMP_NUM_THREADS.
    """
    torch.set_flush_denormal(True)
    torch.backends.cudnn.allow_tf32 = False  # fp32 means fp32
    torch.backends.cudnn.deterministic = True
    wanted = os.environ.get(VARIABLE) or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as e:
        reason = str(e).splitlines()[0]
        raise CocktailError(f"${VARIABLE}={wanted}: no such device here ({reason}); use cpu, cuda or cuda:N") from None
    return device
