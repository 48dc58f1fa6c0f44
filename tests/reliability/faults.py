"""Runs a verb in a process of its own, in which the n-th thing that it does to a file fails, or ends it."""

import builtins
import errno
import io
import multiprocessing
import os
import signal
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import safetensors.torch

import gan_cocktail.tensors
from gan_cocktail.cli import main

ERRORS = {"no space": errno.ENOSPC, "input/output error": errno.EIO}
KINDS = (*ERRORS, "short write")  # of a short write half is taken, and no error told: who writes goes on with the rest
KILL = "kill"
# children of a process that has imported and done nothing else: one of a test's own process, which has computed
# with threads that a fork leaves behind, may wait for these forever
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.reliability.preloaded"])


@dataclass
class Writes:
    """Counts opens, writes, fsyncs and renames in a folder; number `fail` fails in this way."""

    folder: Path
    fail: int = -1
    kind: str = "no space"
    done: list[str] = field(default_factory=list)

    def meets(self, what, path):
        """Whether this one is to fail."""
        path = os.path.abspath(path)
        if not path.startswith(f"{self.folder}/"):
            return False
        self.done.append(f"{what} {os.path.basename(path)}")
        return len(self.done) - 1 == self.fail

    def strike(self, path):
        """Do what is to be done at this place; returns for a short write, which only writes can be."""
        if self.kind == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind in ERRORS:
            raise OSError(ERRORS[self.kind], os.strerror(ERRORS[self.kind]), path)

    def check(self, what, path):
        if self.meets(what, path):
            self.strike(os.fspath(path))


class Raw(io.FileIO):
    """A file whose writes may fail half way."""

    def __init__(self, writes, path, mode):
        super().__init__(path, mode)
        self.writes = writes

    def write(self, data):
        data = memoryview(data).cast("B")
        if not self.writes.meets("write", self.name):
            return super().write(data)
        taken = super().write(data[: max(1, len(data) // 2)])
        self.writes.strike(None)
        return taken


def watch(writes):
    """Patch what Python writes through, for good; safetensors' writer, which is not Python, by one that is."""
    real = {name: getattr(os, name) for name in ("open", "rename", "replace", "fsync")}
    real_open = io.open

    def open_(file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None):
        if isinstance(file, int) or not set(mode) & set("wax+"):
            return real_open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        path = os.fspath(file)
        writes.check("open", path)
        buffer = (io.BufferedRandom if "+" in mode else io.BufferedWriter)(
            Raw(writes, path, mode.replace("b", "").replace("t", ""))
        )
        return buffer if "b" in mode else io.TextIOWrapper(buffer, encoding, errors, newline)

    def fsync(handle):
        writes.check("fsync", os.readlink(f"/proc/self/fd/{handle}"))
        return real["fsync"](handle)

    def create(path, flags, *rest, **options):
        if flags & os.O_CREAT:
            writes.check("create", path)
        return real["open"](path, flags, *rest, **options)

    def moving(name):
        def move(source, target, **options):
            writes.check("rename", target)
            return real[name](source, target, **options)

        return move

    def save_file(tensors, path, metadata=None):
        with open_(path, "wb") as f:
            f.write(safetensors.torch.save(tensors, metadata))

    builtins.open = io.open = open_
    os.fsync, os.open, os.rename, os.replace = fsync, create, moving("rename"), moving("replace")
    gan_cocktail.tensors.save_file = save_file


def start(arguments, folder, said, writes=None):
    """A process that runs a verb in `folder` and says what it says into a file."""
    process = FORKED.Process(target=_run, args=(arguments, folder, said, writes))
    process.start()
    return process


def _run(arguments, folder, said, writes):
    code = 70
    try:
        with open(said, "wb", 0) as f:
            os.dup2(f.fileno(), 1)
            os.dup2(f.fileno(), 2)
        sys.stdout, sys.stderr = io.open(1, "w", closefd=False), io.open(2, "w", closefd=False)  # noqa: SIM115, UP020
        os.chdir(folder)
        sys.argv = ["gan-cocktail", *arguments]
        if writes:
            watch(writes)
        main()
        code = 0
    except SystemExit as e:
        code = int(e.code or 0)
    except BaseException:
        traceback.print_exc()
        code = 71
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        if writes and writes.fail < 0:
            Path(f"{said}.writes").write_text("\n".join(writes.done))
        os._exit(code)


def ended(process):
    """The exit status of a process; of one that was killed, minus the signal."""
    process.join()
    return process.exitcode


def run(arguments, folder, said, writes=None):
    """The exit status of a verb, and what it said."""
    code = ended(start(arguments, folder, said, writes))
    return code, Path(said).read_text()
