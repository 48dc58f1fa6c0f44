"""How fast this machine trains, draws and measures, beside what it could at most and beside an earlier run.

    make bench                                          # a few minutes; or, with choices of your own:
    OMP_NUM_THREADS=1 python -m benchmarks.bench --sizes 32 64 --precision fp32 --out mine.json --baseline theirs.json

Medians; of trainings the kinds of steps count by their shares. GFLOP/s count products of convolutions and matrices
twice, as they are in the networks (not the work around them), so their share of the roofline is what is useful. Do
nothing else meanwhile. Ratios to a baseline say something where the machine is the same.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

from benchmarks.measuring import measuring
from benchmarks.roofline import roofline
from benchmarks.sizes import SIZES
from gan_cocktail import device, machine

BASELINE = Path(__file__).parent / "baseline.json"


def at_size(size: str, precision: str, seconds: float) -> dict[str, Any]:
    """What a process of its own finds, whose memory is its own."""
    command = [sys.executable, "-m", "benchmarks.steps", size, precision, str(seconds)]
    done = subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, cwd=BASELINE.parents[1])
    return json.loads(done.stdout.splitlines()[-1])


def beside(peer: Path, size: str, precision: str, seconds: float) -> dict[str, Any]:
    """Our training beside that of a checkout of other people's, by turns in a process of their own."""
    command = [sys.executable, "-m", "benchmarks.peers", str(peer.resolve()), size, precision, str(seconds)]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, cwd=BASELINE.parents[1])
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 else {}


def numbers(found: dict[str, Any]) -> dict[str, float]:
    """All that is compared, a name each."""
    told = {f"measuring: {name}": value for name, value in found["measuring"].items()}
    for name, each in found["sizes"].items():
        told |= {f"{name}: {what}, images/s": each[what]["images/s"] for what in ("training", "drawing")}
        told[f"{name}: peak MB"] = each["peak MB"]
    return told


def show(found: dict[str, Any], before: dict[str, Any] | None) -> None:
    """Print tables: by size, where the time goes, then each number beside the baseline's."""
    top, sizes = found["roofline"], found["sizes"]
    print(f"{found['machine']['CPU']}, {found['machine']['device']}, {found['machine']['threads']} thread(s), load")
    print(f"{found['load']:.1f} before; at most " + ", ".join(f"{value:.0f} {name}" for name, value in top.items()))
    share = {name: each["training"]["GFLOP/s"] / top[f"{name.split()[1]} GFLOP/s"] for name, each in sizes.items()}
    table(
        ["", "batch", "training, images/s", "of the roofline", "drawing, images/s", "peak MB"],
        [
            [name, each["batch"], each["training"]["images/s"], f"{share[name]:.0%}", each["drawing"]["images/s"],
             each["peak MB"]]
            for name, each in sizes.items()
        ],
    )  # fmt: skip
    parts = {name: each["training"]["share of time"] for name, each in sizes.items()}
    kinds = list(next(iter(parts.values())))
    table(["a plain step", *kinds], [[name, *(f"{part[kind]:.0%}" for kind in kinds)] for name, part in parts.items()])
    known = numbers(before) if before else {}
    both = {name: (value, known[name]) for name, value in numbers(found).items() if name in known}
    rest = [[name, value, "", ""] for name, value in numbers(found).items() if name not in known]
    table(["", "now", "baseline", "ratio"], [[name, *pair, pair[0] / pair[1]] for name, pair in both.items()] + rest)
    peers = [(name, each["peer"], each["images/s"], each["ratio"]) for name, each in found["peers"].items() if each]
    if peers:
        header = ["training, by turns", "ours, images/s", "peer", "its images/s", "ratio"]
        table(header, [[name, of["ours"], peer, of[peer], ratio] for name, peer, of, ratio in peers])
    if before and before["machine"] != found["machine"]:
        print("The baseline is of another machine:", before["machine"])


def table(header: list[str], rows: list[list[Any]]) -> None:
    """Print one, numbers with three digits."""
    drawn = Table(*header)
    for row in rows:
        drawn.add_row(*(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row))
    Console().print(drawn)


def main() -> None:
    """Measure, write, show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes",
        nargs="+",
        default=["32", "64", "128"],
        choices=list(SIZES),
        help="pixels; 256 takes a CPU half an hour",
    )
    parser.add_argument("--precision", nargs="+", default=None, choices=["fp32", "bf16", "fp16"])
    parser.add_argument("--seconds", type=float, default=8, help="of each measurement, at least")
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    parser.add_argument("--peer", type=Path, help="checkout of another StyleGAN2, timed beside ours")
    parser.add_argument("--out", type=Path, help="JSON to write")
    a = parser.parse_args()
    where = device.pick()
    precisions = a.precision or ["fp32"] + ["bf16"] * (where.type == "cuda" or device.has_bf16())
    found: dict[str, Any] = {
        "machine": machine.facts() | {"device": str(where), "threads": str(torch.get_num_threads())},
        "torch": torch.__version__,
        "load": os.getloadavg()[0],
        "roofline": roofline(where, precisions),
        "measuring": measuring(where, a.seconds / 8),
        "sizes": {f"{size} {kind}": at_size(size, kind, a.seconds) for size in a.sizes for kind in precisions},
        "peers": {
            f"{size} {kind}": beside(a.peer, size, kind, a.seconds) for size in a.sizes for kind in precisions if a.peer
        },
    }
    if a.out:
        a.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    show(found, json.loads(a.baseline.read_text(encoding="utf-8")) if a.baseline.exists() else None)


if __name__ == "__main__":
    main()
