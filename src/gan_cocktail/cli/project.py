"""gan-cocktail project: the w that draws a given image, and the image in every class."""

from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from rich.progress import Progress
from torch import Tensor

from gan_cocktail import device
from gan_cocktail.applications.learned_distance import load_lpips
from gan_cocktail.applications.projection import Projection, in_class, with_own_means
from gan_cocktail.applications.projection import project as find
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.classes import pick_class
from gan_cocktail.cli.options import Class, Seed
from gan_cocktail.data.decode import decode
from gan_cocktail.data.files import UnreadableError
from gan_cocktail.data.images import grid, png, to_uint8
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.perceptual import load_perceptual
from gan_cocktail.files import atomic, require
from gan_cocktail.networks.generator import Generator
from gan_cocktail.params.evaluation import SHIPPED
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.provenance import describe
from gan_cocktail.tensors import save_tensors


def project(
    image: Annotated[
        Path, typer.Argument(help="The image: cropped to a square, and reduced or enlarged to the model's.")
    ],
    model: Annotated[Path, typer.Argument(help="The union GAN, or any other model.")],
    out: Annotated[Path, typer.Option(help="Folder for w.safetensors, a PNG a class, and projection.png.")],
    class_: Class = "",
    steps: Annotated[int, typer.Option(min=1, help="Of optimisation.")] = 500,
    weights: Annotated[Path, typer.Option(help="Of the extractor whose distance is minimised.")] = Path(SHIPPED),
    distance: Annotated[
        Literal["shipped", "lpips"],
        typer.Option(help="shipped: of the extractor that ships; lpips: LPIPS on VGG-16, needs the extra `lpips`."),
    ] = "shipped",
    seed: Seed = 0,
) -> None:
    """Find the w with which a model draws an image, and draw it in every class."""
    loaded, where = with_own_means(load(model)), device.pick()
    label, G = pick_class(loaded, class_, model), loaded.generator().to(where)
    target = _read(image, loaded.network)
    perceptual = load_lpips(where) if distance == "lpips" else load_perceptual(weights, where)
    with Progress(transient=True) as progress:
        task = progress.add_task(f"projecting {image.name}", total=steps)
        found = find(G, target, label, perceptual, steps, seed, lambda k: progress.update(task, completed=k))
    images = {name: _draw(G, in_class(G, found.w, label, k), found) for k, name in enumerate(loaded.class_names)}
    for name, each in images.items():
        _write(each, out / f"{name}.png")
    _write(grid(torch.stack([target, *images.values()]), 1 + len(images)), out / "projection.png")
    noise = {f"noise.{k}": layer for k, layer in enumerate(found.noise)}
    told = {"class": loaded.class_names[label], "steps": steps, "seed": seed, "distance": found.distance}
    info = describe("projection", **told, by=distance, parents=[parent(image), parent(model)])
    save_tensors({"w": found.w} | noise, {"info": info}, out / "w.safetensors")
    typer.echo(f"{out}: perceptual distance {found.distance:.3g}; projection.png: the image, then {', '.join(images)}")


def _read(path: Path, network: NetworkParams) -> Tensor:
    """A uint8 image [C, H, W] of the model's size."""
    try:
        with require(path).open("rb") as opened:
            found = decode(opened, network.img_resolution, network.img_channels, ReadingParams(), enlarge=True)
    except (UnreadableError, OSError) as e:
        raise CocktailError(f"{path}: expected an image: {e}") from None
    return torch.from_numpy(found.pixels.transpose(2, 0, 1).copy())


@torch.no_grad()
def _draw(G: Generator, w: Tensor, found: Projection) -> Tensor:
    return to_uint8(G.synthesis(w, found.noise))[0].cpu()


def _write(image: Tensor, path: Path) -> None:
    with atomic(path) as temporary:
        temporary.write_bytes(png(image))
