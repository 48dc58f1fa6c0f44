"""Keeps Snakemake, DVC and PyTorch imported, and runs each call of them in a process of its own, forked from here.

They take one to three seconds to import, and tests call them hundreds of times. What is kept is third-party code alone:
the project is imported by each call anew, from where the call says. `serve.py SOCKET`

A call that tests kill has a session of its own, and the calls that it makes in turn are forked within it, by a resident
of its own: whoever kills the group of a terminal kills them all, whoever kills the engine alone leaves them orphaned.
"""

import atexit
import contextlib
import gc
import json
import os
import runpy
import signal
import socket
import sys
import traceback
from importlib import import_module
from pathlib import Path

MAIN = {"snakemake": "snakemake.cli", "dvc": "dvc.cli", "gan-cocktail": "gan_cocktail.cli"}
MODULES = (
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
    name = Path(call["argv"][0]).name
    with contextlib.suppress(OSError):  # for tests that look for whom to kill; Linux alone has it
        Path("/proc/self/comm").write_text(" ".join([name, *call["argv"][1:2]])[:15])
    if name != "gan-cocktail":  # engines call Snakemake in turn as `python -m snakemake`
        sys.executable = str(Path(__file__).parent / "engines/python")
    if name in MAIN:
        return import_module(MAIN[name]).main()
    _, _, module, *arguments = call["argv"]  # python -m MODULE
    sys.argv = [module, *arguments]
    sys.path.insert(0, call["cwd"])
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    return 0


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


def answer(connection, path):
    """Have the one call of a connection run, and say which process it is and how it ended; never returns."""
    message, streams, *_ = socket.recv_fds(connection, 1 << 20, 3)
    pid = os.fork()
    if not pid:
        connection.close()
        call = json.loads(message)
        if call["session"]:
            begin_session(call, f"{path}.{os.getpid()}", streams)
        finish(call, streams)
    for stream in streams:
        os.close(stream)
    connection.sendall(f"{pid}\n".encode())
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    connection.sendall(f"{code}\n".encode())
    os._exit(0)


def begin_session(call, path, streams):
    """Give this process a session, and the calls that it will make a resident, which stays while there are any."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server, engine = listen(path), os.getpid()
    call["env"] |= {"RESIDENT": path, "RESIDENT_GROUP": str(engine)}
    if os.fork():
        server.close()
        return
    for stream in streams:
        os.close(stream)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    server.settimeout(0.1)
    serve(server, path, lambda: os.getppid() != engine and not have_children())
    os._exit(0)


def have_children():
    try:
        return os.waitpid(-1, os.WNOHANG) == (0, 0)
    except ChildProcessError:
        return False


def listen(path):
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(path)
    server.listen(64)
    return server


def serve(server, path, is_over):
    """Have a process answer each connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for calls
    while not is_over():
        try:
            connection, _ = server.accept()
        except TimeoutError:
            continue
        if not os.fork():
            server.close()
            connection.settimeout(None)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            answer(connection, path)
        connection.close()


def main(path):
    """Serve until killed."""
    for name in (*MODULES, *LIBRARIES):
        import_module(name)
    import_module("snakemake.cli").get_argument_parser()  # which looks for plugins
    gc.freeze()
    sys.stdout.reconfigure(line_buffering=True)
    serve(listen(path), path, lambda: False)


main(sys.argv[1])
