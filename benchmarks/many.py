"""How time and memory grow with the number of sources: toy mixtures, planned and run whole.

    OMP_NUM_THREADS=1 python -m benchmarks.many 2 4 7

Random sources of 16 pixels, budgets of two steps, each job in a process of its own. A line a mixture: sources, jobs,
CPU seconds of the plan (a dry run), of all jobs and of a job (most of these go into starting Python and PyTorch); of
`finetune` alone CPU seconds and peak memory, and the most memory that any job had (MB).
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path

import yaml

from gan_cocktail.params.network import NetworkParams

PROJECT = Path(__file__).parents[1]
NETWORK = NetworkParams(img_resolution=16, z_dim=16, w_dim=16, channel_base=128, channel_max=16)
PARAMS = {
    "methods": ["ours"],
    "synthesis": {"n_images": 60},
    "rooting": {"kimg": 0.032},
    "merging": {"kimg": 0.032, "points": 1},
    "applications": None,
    "evaluation": {"n_images": 60, "kid_subsets": 4, "kid_subset_size": 30, "ppl_paths": 4},
    "figures": {"columns": 2, "dpi": 72},
}
NOTING = """\
#!{python}
import json, os, subprocess, sys
process = subprocess.Popen(["{program}", *sys.argv[1:]])
_, status, used = os.wait4(process.pid, 0)
with open("{notes}", "a") as notes:
    print(json.dumps([sys.argv[1], used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6]), file=notes)
os._exit(os.waitstatus_to_exitcode(status))
"""


def make(folder: Path, names: list[str]) -> None:
    """Models with random weights, in a process of its own: who starts jobs counts as part of them."""
    from gan_cocktail.checkpoints.model import Model, save

    for seed, name in enumerate(names):
        save(Model.random(NETWORK, seed), folder / f"{name}.safetensors")


def lay(folder: Path, n: int) -> dict[str, str]:
    """A checkout with a mixture of n sources, and an environment whose program notes what each job takes."""
    names = [f"s{k}" for k in range(n)]
    for name in ("Snakefile", "workflow", "profiles", "resources"):
        (folder / name).symlink_to(PROJECT / name)
    sources = {name: {"model": f"{name}.safetensors"} for name in names}
    params = PARAMS | {"sources": sources, "mixtures": {"all": {"sources": names}}}
    (folder / "params.yaml").write_text(yaml.safe_dump(params))
    maker = get_context("spawn").Process(target=make, args=(folder, names))
    maker.start()
    maker.join()
    noting, program = folder / "bin/gan-cocktail", Path(sys.executable).with_name("gan-cocktail")
    noting.parent.mkdir()
    noting.write_text(NOTING.format(python=sys.executable, program=program, notes=folder / "notes"))
    noting.chmod(0o755)
    return os.environ | {"PATH": f"{noting.parent}:{program.parent}:{os.environ['PATH']}"}


def snakemake(folder: Path, environment: dict[str, str], *options: str) -> float:
    """CPU seconds of Snakemake and all that it starts."""
    command = ["snakemake", "--cores", "1", *options]
    heard = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, **heard) as process:
        told = process.stdout.read() if process.stdout else ""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(told)
    return used.ru_utime + used.ru_stime


def measure(n: int) -> list[float]:
    """The numbers of one line."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = lay(folder, n)
        planned = snakemake(folder, environment, "--dry-run")
        snakemake(folder, environment)
        jobs = [json.loads(line) for line in (folder / "notes").read_text().splitlines()]
    total, (tuning,) = sum(seconds for _, seconds, _ in jobs), [job for job in jobs if job[0] == "finetune"]
    return [n, len(jobs), planned, total, total / len(jobs), tuning[1], tuning[2], max(peak for *_, peak in jobs)]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=int, nargs="*", default=[2, 4, 7])
    print("sources\tjobs\tplan, s\tall jobs, s\ta job, s\tfinetune, s\tfinetune, MB\tmost, MB")
    for n in parser.parse_args().sources:
        print("\t".join(f"{number:.3g}" for number in measure(n)), flush=True)


if __name__ == "__main__":
    main()
