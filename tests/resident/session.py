"""A program in a session of its own, as a terminal starts it, but forked by the resident: to be killed at any time."""

import json
import os
import select
import signal
import socket


class Session:
    """A process, with what tests use of subprocess.Popen; its number is that of its group."""

    def __init__(self, command, folder, environment):
        self.returncode = None
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.connect(environment["RESIDENT"])
        call = {"argv": command, "cwd": str(folder), "env": environment, "session": True}
        output, said = os.pipe()
        with open(os.devnull) as nothing:
            socket.send_fds(self.connection, [json.dumps(call).encode()], [nothing.fileno(), said, said])
        os.close(said)
        self.stdout = os.fdopen(output)
        self.answers = self.connection.makefile()
        self.pid = int(self.answers.readline())

    def poll(self):
        """How it ended, or None."""
        if self.returncode is None and select.select([self.connection], [], [], 0)[0]:
            self.wait()
        return self.returncode

    def wait(self):
        """Wait for its end, and give how it ended: below zero by which signal."""
        if self.returncode is None:
            self.returncode = int(self.answers.readline())
            self.answers.close()
            self.connection.close()
        return self.returncode

    def communicate(self):
        """(all that it and what it started said, None), when the last of them has ended."""
        with self.stdout:
            said = self.stdout.read()
        self.wait()
        return said, None

    def kill(self):
        """It alone, if it still lives."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)
