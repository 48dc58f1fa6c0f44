"""How much memory every step takes at a size, and how long: two random sources, merged at a budget of seconds.

    OMP_NUM_THREADS=1 python benchmarks/memory.py 64 --channel-base 4096 --channel-max 256 --batch 8

One line a step: its name, the most memory that its process had (MB), and seconds. Two steps of training, the first of
them with both penalties.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.training import TrainingParams

PROJECT = Path(__file__).parents[1]
STEPS = """
synthesize a.st --out a.zip --name a --settings {drawn}
synthesize b.st --out b.zip --name b --settings {drawn}
reference a.zip --out a.ref --model a.st --origin synthetic
reference b.zip --out b.ref --model b.st --origin synthetic
widen a.st --out a_wide.st --classes a,b --position 0
widen b.st --out b_wide.st --classes a,b --position 1
fisher a_wide.st --out fisher.st --class 0 --n-images 4
root a_wide.st b.zip --out rooted.st --class 1 --kimg {kimg} --settings {recipe}
merge a_wide.st rooted.st --out average.st
finetune average.st a.zip b.zip --out union.st --kimg {kimg} --snapshots {kimg} --snapshots-out s.st --settings {recipe}
evaluate a.ref b.ref --model union.st --snapshots s.st --out e.json --domains a,b --settings {measured}
distances a_wide.st --before b_wide.st --after rooted.st --names a,b --out d.json
samples union.st --out samples.png
interpolate union.st --out i.png
direction union.st --out d.st --attribute brightness --class 0 --n-images {images}
traverse union.st d.st --out t.png --metrics t.json --domains a,b --n-images {tenth}
"""


def make(folder: str, network: NetworkParams) -> None:
    """Two models with random weights. In a process of its own: who starts steps counts as part of them."""
    from gan_cocktail.checkpoints.model import Model, save

    for k, name in enumerate("ab"):
        save(Model.random(network, k), Path(folder) / f"{name}.st")


def run(folder: str, command: list[str]) -> None:
    """One step in a process of its own; prints what it took."""
    program, start = Path(sys.executable).with_name("gan-cocktail"), time.monotonic()
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([str(program), *command], cwd=folder, **silent) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command[0]} ended with code {process.returncode}")
    print(f"{command[0]}\t{used.ru_maxrss * 1024 / 1e6:.0f}\t{time.monotonic() - start:.0f}", flush=True)


def values(batch: int, images: int, precision: str) -> dict[str, object]:
    """What the steps are filled in with."""
    recipe = TrainingParams(batch_size=batch, path_length_weight=2, precision=precision)
    sizes = {"n_images": images, "kid_subsets": 4, "kid_subset_size": images // 2, "ppl_paths": 4}
    return {
        "drawn": json.dumps({"n_images": images}),
        "measured": json.dumps(sizes),
        "recipe": recipe.model_dump_json(),
        "kimg": 2 * batch / 1000,
        "images": images,
        "tenth": max(2, images // 10),
    }


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("resolution", type=int)
    parser.add_argument("--channel-base", type=int, default=16384)
    parser.add_argument("--channel-max", type=int, default=512)
    parser.add_argument("--width", type=int, default=512, help="of z and w")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--images", type=int, default=60)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--until", default="", help="the last step that is taken")
    a = parser.parse_args()
    network = NetworkParams(
        img_resolution=a.resolution, channel_base=a.channel_base, channel_max=a.channel_max,
        z_dim=a.width, w_dim=a.width, mapping_layers=8, conv_clamp=256,
    )  # fmt: skip
    print(f"# {a.resolution} pixels, channels {a.channel_base} / {a.channel_max}, batch {a.batch}, {a.precision}")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "resources").symlink_to(PROJECT / "resources")
        maker = get_context("spawn").Process(target=make, args=(folder, network))
        maker.start()
        maker.join()
        for line in STEPS.strip().splitlines():
            words = line.split()
            run(folder, [word.format(**values(a.batch, a.images, a.precision)) for word in words])
            if words[0] == a.until:
                return


if __name__ == "__main__":
    main()
