"""gan-cocktail generate: images and videos of a model, by seeds."""

import math
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
from gan_cocktail.tensors import check_finite, load_tensors

Shares = dict[str, list[float]]  # a name (of a class, or `mix`), and the share of each class in w
SEEDS = "0-7"  # where none are asked for
LARGEST = 10.0  # psi, of either sign: beyond, images are black or noise


def generate(
    model: Annotated[Path, typer.Argument(help="The union GAN, or any other model.")],
    out: Annotated[Path, typer.Option(help="A folder of PNGs, a dataset .zip, a grid .png, or a video .mp4 or .gif.")],
    class_: Annotated[
        str, typer.Option("--class", help="Classes, by name or number, comma-separated; default: all.")
    ] = "",
    seeds: Annotated[str, typer.Option(help="Such as 0-99 or 1,5,7: one image each; default: 0-7.")] = "",
    psi: Annotated[float, typer.Option(help="Truncation: 1 for none, less for more typical images.")] = 1.0,
    mix: Annotated[str, typer.Option(help="Instead of a class, a mix of them in W: cat=0.5,face=0.5.")] = "",
    w: Annotated[
        Path | None, typer.Option(help="Instead of seeds, a file with w: of `gan-cocktail project`, or of the page.")
    ] = None,
    noise: Annotated[
        Literal["fresh", "const", "none"] | None,
        typer.Option(
            help="In each pixel: fresh, a seed's own; const, as stored in the model; none. Default: fresh, but const "
            "with --w and for videos."
        ),
    ] = None,
    frames: Annotated[int, typer.Option(min=1, help="Of a video: from one class or seed to the next.")] = 45,
    fps: Annotated[int, typer.Option(min=1, help="Of a video: frames a second.")] = 30,
) -> None:
    """Draw images by seeds, or a video that walks from class to class and from seed to seed; --out says which.

    A grid has a row a class and a column a seed. A video of S seeds and C classes goes through S x C images and back to
    the first: `--seeds 0 --out walk.mp4` goes from one class to the next and back.
    """
    _check(out)
    _check_together(out, class_, mix, w, psi, noise)
    loaded = load(model)
    G = loaded.generator().to(device.pick())
    if w:
        given = _read_w(w, G)
        chosen, ws = _own_seeds(len(given), seeds, w), {"w": given}
    else:
        chosen, shares = read_seeds(seeds or SEEDS), _shares(loaded.class_names, class_, mix)
        ws = {name: mixed_w(G, latents_of(chosen, G.z_dim), each, psi) for name, each in shares.items()}
    if out.suffix in SUFFIXES:
        write_video(G, walk(stops(list(ws.values())), frames), out, fps)
    else:
        noise = noise or ("const" if w else "fresh")
        images = {name: draw_ws(G, each, chosen, noise) for name, each in ws.items()}
        made_of = [parent(path) for path in (model, w) if path]
        info = describe("images", classes=list(ws), seeds=seeds or SEEDS, psi=psi, noise=noise, parents=made_of)
        if out.suffix == ".zip" and len(images) > 1:
            labels = [loaded.class_names.index(name) for name, each in images.items() for _ in each]
            write_zip(out, images.values(), info, labels, loaded.classes)
        else:
            _write(images, chosen, out, info, nested=loaded.network.c_dim > 1 and not (mix or w))
    typer.echo(f"{out}: {', '.join(ws)}, {len(chosen)} seed{'s' * (len(chosen) != 1)}")


def _check(out: Path) -> None:
    """Raise CocktailError for the name of a kind of file that is not written: it would become a folder."""
    kind = (mimetypes.guess_type(out.name)[0] or "").partition("/")[0]
    if kind in ("image", "video", "audio") and out.suffix not in (".png", *SUFFIXES):
        raise CocktailError(f"--out: expected .png, .zip, {', '.join(SUFFIXES)} or a folder, found {out}")


def _check_together(out: Path, class_: str, mix: str, w: Path | None, psi: float, noise: str | None) -> None:
    """Raise CocktailError for an option that another one, or the kind of file, would leave without effect."""
    if not -LARGEST <= psi <= LARGEST:
        raise CocktailError(
            f"--psi: expected a number from {-LARGEST:g} to {LARGEST:g}, found {psi:g}; 1 is no truncation"
        )
    if mix and class_:
        raise CocktailError(f"--class: expected none with --mix, found {class_}; give one of the two")
    for option, given in (("--class", class_), ("--mix", mix), ("--psi", "" if psi == 1 else f"{psi:g}")):
        if w and given:
            raise CocktailError(f"{option}: expected none with --w, whose w are drawn as they are, found {given}")
    if out.suffix in SUFFIXES and noise not in (None, "const"):
        raise CocktailError(f"--noise: expected const for a video, which has the stored noise, found {noise}")


def read_seeds(text: str) -> list[int]:
    """Seeds from '0-99' or '1,5,7-9'; CocktailError if it is no such list, or none may be drawn by one."""
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdecimal() or (last and not last.isdecimal()) or int(last or first) >= 2**32:
            raise CocktailError(f"--seeds: expected numbers such as 0-99 or 1,5,7, found {text!r}")
        if int(last or first) < int(first):
            raise CocktailError(
                f"--seeds: expected numbers such as 0-99, found none in {part.strip()!r}, which goes down"
            )
        found += range(int(first), int(last or first) + 1)
    return found


def _own_seeds(n: int, text: str, path: Path) -> list[int]:
    """Seeds of n w of a file: their places in it. CocktailError if others are asked for."""
    if text and read_seeds(text) != list(range(n)):
        raise CocktailError(f"--seeds: expected none with --w, found {text}; all {n} w of {path} are drawn")
    return list(range(n))


def _shares(names: list[str], class_: str, mix: str) -> Shares:
    """What is drawn: each class that is asked for, or one mix of them."""
    if mix:
        return {"mix": _read_mix(mix, names)}
    asked = [name.strip() for name in class_.split(",")] if class_ else names
    picked = [find_class(name, names, "the model's classes") for name in asked]
    if len(set(picked)) < len(picked):
        raise CocktailError(f"--class: expected different classes of the model's, found {class_}; give each once")
    return {names[k]: [float(k == i) for i in range(len(names))] for k in picked}


def _read_mix(text: str, names: list[str]) -> list[float]:
    shares: dict[int, float] = {}
    for part in text.split(","):
        name, _, share = part.partition("=")
        k = find_class(name.strip(), names, "the model's classes", "--mix")
        if k in shares:
            raise CocktailError(f"--mix: expected each class once, found {names[k]} twice in {text!r}")
        try:
            shares[k] = float(share)
        except ValueError:
            raise CocktailError(f"--mix: expected shares such as {names[0]}=0.5, found {part!r}") from None
    total = sum(shares.values())
    if not total or not math.isfinite(total):
        raise CocktailError(f"--mix: expected finite shares that do not sum to 0, found {text!r}")
    return [shares.get(k, 0.0) / total for k in range(len(names))]


def _read_w(path: Path, G: Generator) -> Tensor:
    """The w of a file, on the generator's device; CocktailError if there are none, or none for this model."""
    tensors, _ = load_tensors(path, "a file with w")
    found, num_ws = tensors.get("w"), G.synthesis.num_ws
    if found is None or not found.numel() or found.shape[1:] not in ((G.w_dim,), (num_ws, G.w_dim)):
        raise CocktailError(
            f"{path}: expected a tensor w [N, {G.w_dim}] or [N, {num_ws}, {G.w_dim}] of this model, found "
            f"{'none' if found is None else list(found.shape)}; make one with gan-cocktail project"
        )
    check_finite({"w": found}, path)
    return found.float().to(G.mapping.get_buffer("w_avg").device)


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
