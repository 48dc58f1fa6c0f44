"""The machine, as far as it bears on numbers and times."""

import os
import platform
from pathlib import Path

import torch


def facts() -> dict[str, str]:
    """CPU, cores that this process may use, memory, GPU, system, Python."""
    gpus = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "CPU": _cpu(),
        "cores": str(_cores()),
        "memory": f"{memory:.0f} GiB",
        "GPU": ", ".join(gpus) or "none",
        "system": platform.system(),
        "Python": platform.python_version(),
    }


def _cpu() -> str:
    """The processor's name: Linux tells it in a file, other systems through Python."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
