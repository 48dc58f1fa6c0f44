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
    """New pages, which the system has to clear, are counted: of 320 tensors made and given back, those of a few."""
    code = """
import resource, torch
from gan_cocktail import device
device.pick()
def several():
    return [torch.ones(2**22) for _ in range(8)]
several()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(40):
    several()
print((resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) * resource.getpagesize() / (4 * 2**22))
"""
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert float(run.stdout) < 16  # tensors
