"""Keeps Snakemake, DVC and PyTorch imported, and runs each call of them in a process of its own, forked from here.

They take one to three seconds to import, and tests call them hundreds of times. What is kept is third-party code alone:
the project is imported by each call anew, from where the call says. `serve.py SOCKET`
"""

import atexit
import gc
import json
import os
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path

MAIN = {"snakemake": "snakemake.cli", "dvc": "dvc.cli", "gan-cocktail": "gan_cocktail.cli"}
ENGINES = (
    "snakemake.cli",
    "snakemake.api",
    "snakemake.workflow",
    "dvc.cli",
    "dvc.repo",
    "dvc.commands.repro",
    "smart_open",
)
LIBRARIES = (
    "torch",
    "cleanfid.resize",
    "pandas",
    "pydantic",
    "typer",
    "scipy.linalg",
    "sklearn.svm",
    "matplotlib.pyplot",
)


def run(call, streams):
    """As a fresh interpreter would: its own arguments, folder, environment, search path and streams."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(call["cwd"])
    os.environ.clear()
    os.environ.update(call["env"])
    sys.argv = call["argv"]
    sys.path[:0] = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    return import_module(MAIN[Path(call["argv"][0]).name]).main()


def finish(call, streams):
    """Run a call and end this process as an interpreter ends; never returns."""
    code = 1
    try:
        code = run(call, streams) or 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def answer(connection):
    """Have the one call of a connection run, and say which process it is and how it ended; never returns."""
    message, streams, *_ = socket.recv_fds(connection, 1 << 20, 3)
    pid = os.fork()
    if not pid:
        connection.close()
        finish(json.loads(message), streams)
    for stream in streams:
        os.close(stream)
    connection.sendall(f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(f"{code if code >= 0 else 128 - code}\n".encode())
    os._exit(0)


def main(path):
    """Serve until killed."""
    for name in (*ENGINES, *LIBRARIES):
        import_module(name)
    import_module("snakemake.cli").get_argument_parser()  # which looks for plugins
    gc.freeze()
    sys.stdout.reconfigure(line_buffering=True)
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for calls
    while True:
        connection, _ = server.accept()
        if not os.fork():
            server.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            answer(connection)
        connection.close()


main(sys.argv[1])
