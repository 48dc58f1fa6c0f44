"""gan-cocktail machine: what the numbers were made on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import torch

from gan_cocktail.cli.options import Out
from gan_cocktail.files import write_json


def _cpu() -> str:
    """The processor's name: Linux tells it in a file, other systems through Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine(out: Out) -> None:
    """Write the facts of this machine that bear on numbers and times, as JSON."""
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    facts = {
        "CPU": _cpu(),
        "cores": _cores(),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "GPU": ", ".join(gpus) or "none",
        "system": platform.system(),
        "Python": platform.python_version(),
        "torch": version("torch"),
    }
    write_json(out, facts)
