"""A real SLURM of one node on loopback: Debian's munged, slurmctld and slurmd, with all they write in one folder."""

import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

DAEMONS = ("munged", "slurmctld", "slurmd", "sbatch")
CONF = """\
ClusterName=toy
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
MinJobAge=3600
KillWait=5
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:1 State=UNKNOWN
PartitionName=toy Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=GPU_PARTITION Nodes={host} MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why there can be none here; empty if nothing stands in the way."""
    lacking = [name for name in DAEMONS if not shutil.which(name)]
    if lacking:
        return f"no {', '.join(lacking)}: apt-get install slurmctld slurmd slurm-client munge"
    return "" if os.getuid() == 0 else "SLURM's daemons need root"


class Slurm:
    """Up from `start` to `stop`; `environment` leads SLURM's commands to it."""

    def __init__(self, folder: Path, cpus=4, memory=16000):
        self.folder, self.daemons = folder, []
        for name in ("state", "spool"):
            (folder / name).mkdir()
        text = CONF.format(host=socket.gethostname(), folder=folder, ports=_free(2), cpus=cpus, memory=memory)
        (folder / "slurm.conf").write_text(text)
        (folder / "gres.conf").write_text("Name=gpu File=/dev/null\n")  # what SLURM takes for a GPU
        self.environment = {
            "SLURM_CONF": str(folder / "slurm.conf"),
            "PATH": f"{self._srun()}:{os.environ['PATH']}",
        }

    def start(self):
        """Until the node is idle."""
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        options = [f"--{option}={self.folder}/munge.{name}" for option, name in files.items()]
        self._daemon("munged", "--foreground", "--force", *options)
        self._until(lambda: (self.folder / "munge.socket").exists())
        self._daemon("slurmctld", "-D", "-i")
        self._daemon("slurmd", "-D", "-c")
        self._until(lambda: "idle" in self.said("sinfo", "--noheader", "--format=%T"))

    def stop(self):
        """Jobs first, since they outlive their daemons."""
        self.said("scancel", "--signal=KILL", "--user=root")
        self.said("scancel", "--user=root")
        with_jobs = time.monotonic() + 20
        while self.said("squeue", "--noheader").strip() and time.monotonic() < with_jobs:
            time.sleep(0.2)
        for daemon in reversed(self.daemons):
            daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()

    def jobs(self):
        """What SLURM knows of every job: its fields, by name."""
        lines = self.said("scontrol", "--oneliner", "show", "job").splitlines()
        return [dict(re.findall(r"(\w[\w/:]*)=(\S*)", line)) for line in lines if line.startswith("JobId=")]

    def _srun(self):
        """A folder with an srun that finds this SLURM too; the executor takes SLURM_CONF from its environment."""
        srun = self.folder / "bin/srun"
        srun.parent.mkdir()
        srun.write_text(f'#!/bin/sh\nSLURM_CONF="{self.folder}/slurm.conf" exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        return srun.parent

    def _daemon(self, *command):
        output = open(self.folder / f"{command[0]}.output", "w")  # noqa: SIM115
        environment = os.environ | self.environment
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        self.daemons.append(process)

    def said(self, *command):
        """The output of one of its commands."""
        return subprocess.run(command, env=os.environ | self.environment, capture_output=True, text=True).stdout

    def _until(self, holds, seconds=30):
        end = time.monotonic() + seconds
        while not holds():
            said = {path.name: path.read_text()[-2000:] for path in self.folder.glob("*.[lo][ou][gt]*")}
            assert all(daemon.poll() is None for daemon in self.daemons), said
            assert time.monotonic() < end, said
            time.sleep(0.1)


def _free(n):
    """Ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(n)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
