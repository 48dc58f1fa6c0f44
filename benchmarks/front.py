"""The pictures of README.md and docs/results.md, from the default run, once `snakemake --cores all` has ended.

python benchmarks/front.py docs/images
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from gan_cocktail.reporting.grids import load_grid

SIZE, ENLARGED, GAP, LINE = 32, 2, 16, 26  # pixels of an image, its enlargement, room between blocks, a line of text
PANELS = {  # of each grid the first two rows, left and right
    "Two GANs: one draws cats, the other faces": "results/samples/cat-face/ensemble.png",
    "One GAN made of them draws both: the same latents": "results/samples/cat-face/ours.png",
    "And what lies between: one latent, led from cat to face": "results/applications/cat-face/interpolate.png",
}


def row(grid: Path, number: int) -> np.ndarray:
    """One row of a grid, uint8 [64, W, 3], enlarged without smoothing."""
    found = load_grid(grid)[number * SIZE : (number + 1) * SIZE]
    return found.repeat(ENLARGED, axis=0).repeat(ENLARGED, axis=1)


def union(path: Path) -> None:
    """Two sources, their union, and what lies between."""
    panels = [(title, [row(Path(grid), k) for k in (0, 1)]) for title, grid in PANELS.items()]
    height, width, _ = panels[0][1][0].shape
    picture = Image.new("RGB", (2 * width + GAP, len(panels) * (height + LINE + GAP) - GAP), "white")
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 16)
    pen = ImageDraw.Draw(picture)
    for k, (title, (left, right)) in enumerate(panels):
        top = k * (height + LINE + GAP)
        pen.text((0, top), title, "black", font)
        picture.paste(Image.fromarray(left), (0, top + LINE))
        picture.paste(Image.fromarray(right), (width + GAP, top + LINE))
    picture.save(path, optimize=True)


def figure(name: str, path: Path) -> None:
    """One of the run's figures, in 256 colours: a third of the bytes."""
    with Image.open(f"results/figures/{name}.png") as image:
        image.convert("RGB").quantize().save(path, optimize=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    union(folder / "union.png")
    figure("averages_cat-face", folder / "averages.png")
    figure("curves", folder / "curves.png")
