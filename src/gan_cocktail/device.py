"""Where tensors live and how many threads compute: the machine's business, never a parameter's."""

import ctypes
import os
import platform
from collections.abc import Callable

import torch

from gan_cocktail.errors import CocktailError

VARIABLE = "GAN_COCKTAIL_DEVICE"
OF_PROCESS = "LOCAL_RANK"  # torchrun's
KEEP_FREED, OWN_PAGES_FROM = -1, -3  # glibc's M_TRIM_THRESHOLD and M_MMAP_THRESHOLD
ONEDNN_ISA = "ONEDNN_MAX_CPU_ISA"  # oneDNN's own; read at its first computation


def pick() -> torch.device:
    """The device of $GAN_COCKTAIL_DEVICE (cpu, cuda, cuda:1), else CUDA if there is one, else the CPU.

    Of processes that torchrun started, each takes a CUDA device of its own, unless one is named.
    The number of threads is PyTorch's own setting, $OMP_NUM_THREADS. To be called before the first
    computation.
    """
    _avoid_broken_bf16()
    _keep_memory()
    torch.set_flush_denormal(True)
    torch.backends.cudnn.allow_tf32 = False  # fp32 means fp32
    torch.backends.cudnn.deterministic = True
    wanted = os.environ.get(VARIABLE) or ("cuda" if torch.cuda.is_available() else "cpu")
    if wanted == "cuda" and OF_PROCESS in os.environ:
        wanted = f"cuda:{os.environ[OF_PROCESS]}"
    try:
        device = torch.device(wanted)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as e:
        reason = str(e).splitlines()[0]
        raise CocktailError(f"${VARIABLE}={wanted}: no such device here ({reason}); use cpu, cuda or cuda:N") from None
    return device


def has_bf16() -> bool:
    """Whether this CPU multiplies in bf16 itself; where it does not, that is emulated, correctly and very slowly."""
    arm = platform.machine() in ("arm64", "aarch64")
    return arm or torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()


def _keep_memory() -> None:
    """Have glibc keep what tensors give back, but for very large ones: new pages each time have to be cleared first."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if platform.system() == "Linux" else None
    if mallopt:  # musl has none
        mallopt(KEEP_FREED, 2**31 - 1)
        mallopt(OWN_PAGES_FROM, 2**25)


def _avoid_broken_bf16() -> None:
    """Do without AMX where a bf16 product dies of it, as in virtual machines that announce it and lack it."""
    if ONEDNN_ISA not in os.environ and torch.cpu._is_amx_tile_supported() and not _survives(_bf16_product):
        os.environ[ONEDNN_ISA] = "AVX512_CORE_FP16"


def _bf16_product() -> None:
    a = torch.ones(64, 64, dtype=torch.bfloat16)
    a @ a


def _survives(compute: Callable[[], None]) -> bool:
    """Whether a forked child comes to the end of `compute`."""
    child = os.fork()
    if not child:
        compute()
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0
