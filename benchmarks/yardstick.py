"""The picture of docs/yardstick.md: cats drawn by the shipped source, disturbed, with what the default extractor says.

python benchmarks/yardstick.py docs/yardstick.png   # a minute or two
"""

import sys
from pathlib import Path

import torch
from matplotlib import pyplot as plt
from PIL import Image

from gan_cocktail.checkpoints.model import load
from gan_cocktail.data.images import grid
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.sampling import draw
from tests.evaluation.ladders import climb, rungs

CPU = torch.device("cpu")
HALF, SHOWN, COLUMNS, COLOURS = 500, 6, 3, 128


def drawn(domain: str, n: int) -> torch.Tensor:
    """uint8 images [n, 3, 32, 32] of a shipped source."""
    model = load(Path(f"resources/sources/{domain}/model.safetensors"))
    return torch.cat(list(draw(model, 0, n, 0, "ladders", CPU)))


def main(path: Path) -> None:
    """Write the picture."""
    cats, faces = drawn("cat", 2 * HALF), drawn("face", HALF)
    halves, other, found = climb(load_extractor("efficientnet_lite0", None, CPU), cats, faces, "cat")
    panels = [("as drawn: the other half", halves, cats[HALF:])]
    panels += [
        (f"{name} {much:g}", found[name][much], images) for name, much, images in rungs(cats[HALF:], faces, "cat")
    ]
    panels += [("all faces", other, faces)]
    rows = -(-len(panels) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(9, 0.75 * rows))
    for axis in axes.flat:
        axis.axis("off")
    for axis, (title, fid, images) in zip(axes.T.flat, panels, strict=False):
        axis.imshow(
            grid(images[:: len(images) // SHOWN][:SHOWN], SHOWN).permute(1, 2, 0).numpy(), interpolation="nearest"
        )
        axis.set_title(f"{title}: FID {fid:.3g}", fontsize=7, pad=2)
        print(f"{title}: {fid:.3g}")
    figure.tight_layout(pad=0.3)
    figure.savefig(path, dpi=90)
    Image.open(path).convert("RGB").quantize(COLOURS).save(path, optimize=True)  # a third of the bytes


if __name__ == "__main__":
    main(Path(sys.argv[1]))
