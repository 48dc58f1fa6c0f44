"""Valid checkpoints with bytes flipped, cut out, put in or moved: run as a program, in a process of its own.

Prints as JSON how many of them loaded as a valid model, how many were refused, what else came of any, and by how
much the process grew over them.
"""

import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

import torch

from gan_cocktail.checkpoints.model import load
from gan_cocktail.errors import CocktailError
from tests.checkpoints.formats import writers
from tests.checkpoints.formats.samples import HERE, random_model

OPCODES = b"\x80\x95(Nr\x8a\x8eBXRb\x81QtuesC\x8c\x93c.\xff"
SEEDS = ("ada-ema-module-32.pkl", "module-source.pkl", "tf-ada-32-cond3.pkl", "rosinality-convert-full-32.pt")


def mutate(content: bytes, rng: random.Random) -> bytes:
    """A few changes, half of them near the beginning, where pickles tell most."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 8])):
        at, other = (rng.randrange(min(len(data), n)) for n in (rng.choice([3000, len(data)]), len(data)))
        kind, size = rng.random(), rng.choice([1, 2, 7, 100, 10_000])
        if kind < 0.4:
            data[at] ^= 1 << rng.randrange(8)
        elif kind < 0.55:
            data[at] = rng.choice(OPCODES)
        elif kind < 0.75:
            del data[at : at + size]
        elif kind < 0.9:
            data[at:at] = rng.randbytes(min(size, 100))
        else:
            data[at : at + size] = data[other : other + size]
    return bytes(data)


def outcome(path: Path) -> str:
    """What comes of a file: a model that holds finite numbers, a sentence, or something that should not be."""
    try:
        model = load(path)
        model.generator()
        finite = all(bool(torch.isfinite(v).all()) for v in [*model.G.values(), *model.D.values()])
        return "loaded" if finite else "not finite"
    except CocktailError as e:
        return "refused" if "\n" not in str(e) else f"not a sentence: {e}"
    except Exception as e:
        return f"{type(e).__name__}: {e}"


def peak() -> int:
    """The most memory that this process had, in bytes."""
    return int(re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024


def main(folder: Path, seed: int, n: int) -> None:
    """Try n mutations."""
    rng, model = random.Random(seed), random_model(c_dim=2)
    contents = [(HERE / name).read_bytes() for name in SEEDS]
    contents += [
        writers.rosinality(random_model(w_dim=12)),
        writers.ada(model, protocol=2),
        writers.ada(model, protocol=4),
    ]
    contents += [writers.torch_file(model.G)]
    (folder / "x").write_bytes(contents[0])
    load(folder / "x")
    before, found = peak(), Counter()
    for _ in range(n):
        (folder / "x").write_bytes(mutate(rng.choice(contents), rng))
        found[outcome(folder / "x")] += 1
    print(json.dumps([found, peak() - before]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
