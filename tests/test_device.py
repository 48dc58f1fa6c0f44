"""The device that computes, and machines whose fast path is broken."""

import faulthandler
import os
import platform
import signal
import subprocess
import sys

import pytest
import torch

from gan_cocktail import device
from gan_cocktail.errors import CocktailError


def die():
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGILL)


@pytest.mark.parametrize(("compute", "limit"), [(die, "AVX512_CORE_FP16"), (lambda: None, None)])
def test_amx_is_avoided_where_it_kills(monkeypatch, compute, limit):
    monkeypatch.delenv(device.ONEDNN_ISA, raising=False)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: True)
    monkeypatch.setattr(device, "_bf16_product", compute)
    device.pick()
    assert os.environ.get(device.ONEDNN_ISA) == limit
    os.environ.pop(device.ONEDNN_ISA, None)


def test_the_user_s_own_limit_is_kept(monkeypatch):
    monkeypatch.setenv(device.ONEDNN_ISA, "AVX2")
    monkeypatch.setattr(device, "_bf16_product", die)
    device.pick()
    assert os.environ[device.ONEDNN_ISA] == "AVX2"


def test_a_device_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv(device.VARIABLE, "cuda:99")
    with pytest.raises(CocktailError, match="cuda:99: no such device here"):
        device.pick()


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries keep memory by rules of their own")
def test_memory_that_tensors_gave_back_is_used_again():
    """New pages are counted: each has to be cleared by the system."""
    code = """
import resource, sys, torch
from gan_cocktail import device
if sys.argv[1] == "kept":
    device.pick()
torch.ones(2**22)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    torch.ones(2**22)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    new, kept = (
        int(subprocess.run([sys.executable, "-c", code, how], check=True, capture_output=True, text=True).stdout)
        for how in ("new", "kept")
    )
    assert kept < new / 5
