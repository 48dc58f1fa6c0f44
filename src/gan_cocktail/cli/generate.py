"""gan-cocktail generate: images and videos of a model, by seeds."""

import mimetypes
from pathlib import Path
from typing import Annotated, Literal

import torch
import typer
from torch import Tensor

from gan_cocktail import device
from gan_cocktail.applications.seeds import draw_ws, latents_of, mixed_w
from gan_cocktail.applications.video import SUFFIXES, stops, walk, write_video
from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.data.images import grid, png, write_zip
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic
from gan_cocktail.networks.generator import Generator
from gan_cocktail.provenance import describe
from gan_cocktail.tensors import load_tensors

Shares = dict[str, list[float]]  # a name (of a class, or `mix`), and the share of each class in w


def generate(
    model: Annotated[Path, typer.Argument(help="The union GAN, or any other model.")],
    out: Annotated[Path, typer.Option(help="A folder of PNGs, a dataset .zip, a grid .png, or a video .mp4 or .gif.")],
    class_: Annotated[
        str, typer.Option("--class", help="Classes, by name or number, comma-separated; default: all.")
    ] = "",
    seeds: Annotated[str, typer.Option(help="Such as 0-99 or 1,5,7: one image each.")] = "0-7",
    psi: Annotated[float, typer.Option(help="Truncation: 1 for none, less for more typical images.")] = 1.0,
    mix: Annotated[str, typer.Option(help="Instead of a class, a mix of them in W: cat=0.5,face=0.5.")] = "",
    w: Annotated[
        Path | None, typer.Option(help="Instead of seeds, a file with w: of `gan-cocktail project`, or of the page.")
    ] = None,
    noise: Annotated[
        Literal["fresh", "const", "none"],
        typer.Option(help="Of images, in each pixel: fresh, a seed's own; const, as stored in the model; none."),
    ] = "fresh",
    frames: Annotated[int, typer.Option(min=1, help="Of a video: from one class or seed to the next.")] = 45,
    fps: Annotated[int, typer.Option(min=1, help="Of a video: frames a second.")] = 30,
) -> None:
    """Draw images by seeds, or a video that walks from class to class and from seed to seed; --out says which.

    A grid has a row a class and a column a seed. A video of S seeds and C classes goes through S x C images and back to
    the first: `--seeds 0 --out walk.mp4` goes from one class to the next and back.
    """
    _check(out)
    loaded = load(model)
    G, chosen = loaded.generator().to(device.pick()), read_seeds(seeds)
    shares = {"w": [1.0]} if w else _shares(loaded.class_names, class_, mix)
    given = _read_w(w, G) if w else None
    ws = {name: _w(G, chosen, each, psi, given) for name, each in shares.items()}
    if given is not None:
        chosen = list(range(len(given)))
    if out.suffix in SUFFIXES:
        write_video(G, walk(stops(list(ws.values())), frames), out, fps)
    else:
        images = {name: draw_ws(G, each, chosen, noise) for name, each in ws.items()}
        info = describe("images", classes=list(ws), seeds=seeds, psi=psi, noise=noise, parents=[parent(model)])
        _write(images, chosen, out, info, nested=loaded.network.c_dim > 1 and not (mix or w))
    typer.echo(f"{out}: {', '.join(ws)}, {len(chosen)} seed{'s' * (len(chosen) != 1)}")


def _check(out: Path) -> None:
    """Raise CocktailError for the name of a kind of file that is not written: it would become a folder."""
    kind = (mimetypes.guess_type(out.name)[0] or "").partition("/")[0]
    if kind in ("image", "video", "audio") and out.suffix not in (".png", *SUFFIXES):
        raise CocktailError(f"--out: expected .png, .zip, {', '.join(SUFFIXES)} or a folder, found {out}")


def read_seeds(text: str) -> list[int]:
    """Seeds from '0-99' or '1,5,7-9'; CocktailError if it is no such list, or none may be drawn by one."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()) or int(last or first) >= 2**32:
            raise CocktailError(f"--seeds: expected numbers such as 0-99 or 1,5,7, found {text!r}")
        found += range(int(first), int(last or first) + 1)
    if not found:
        raise CocktailError(f"--seeds: expected numbers such as 0-99, found none in {text!r}")
    return found


def _shares(names: list[str], class_: str, mix: str) -> Shares:
    """What is drawn: each class that is asked for, or one mix of them."""
    if mix:
        return {"mix": _read_mix(mix, names)}
    asked = [name.strip() for name in class_.split(",")] if class_ else names
    picked = [find_class(name, names, "the model's classes") for name in asked]
    return {names[k]: [float(k == i) for i in range(len(names))] for k in picked}


def _read_mix(text: str, names: list[str]) -> list[float]:
    shares = [0.0] * len(names)
    for part in text.split(","):
        name, _, share = part.partition("=")
        try:
            shares[find_class(name.strip(), names, "the model's classes", "--mix")] = float(share)
        except ValueError:
            raise CocktailError(f"--mix: expected shares such as {names[0]}=0.5, found {part!r}") from None
    if not sum(shares):
        raise CocktailError(f"--mix: expected shares that do not sum to 0, found {text!r}")
    return [share / sum(shares) for share in shares]


def _read_w(path: Path, G: Generator) -> Tensor:
    tensors, _ = load_tensors(path, "a file with w")
    found = tensors.get("w")
    if found is None or found.ndim not in (2, 3) or found.shape[-1] != G.w_dim:
        raise CocktailError(f"{path}: expected a tensor w [N, {G.w_dim}] or [N, {G.synthesis.num_ws}, {G.w_dim}]")
    return found.float()


def _w(G: Generator, seeds: list[int], shares: list[float], psi: float, given: Tensor | None) -> Tensor:
    where = G.mapping.get_buffer("w_avg").device
    return given.to(where) if given is not None else mixed_w(G, latents_of(seeds, G.z_dim), shares, psi)


def _write(images: dict[str, Tensor], seeds: list[int], out: Path, info: dict[str, object], *, nested: bool) -> None:
    """A grid (a row a class), a dataset, or a folder of PNGs; nested: with one a class inside, even if one is drawn."""
    if out.suffix == ".png":
        with atomic(out) as temporary:
            temporary.write_bytes(png(grid(torch.cat(list(images.values())), len(seeds))))
    elif out.suffix == ".zip":
        write_zip(out, images.values(), info)
    else:
        for name, each in images.items():
            folder = out / name if nested else out
            for seed, image in zip(seeds, each, strict=True):
                with atomic(folder / f"seed{seed:05d}.png") as temporary:
                    temporary.write_bytes(png(image))
