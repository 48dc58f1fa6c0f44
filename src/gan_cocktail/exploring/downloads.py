"""What can be taken away: the latent of a picture, and one class as a model of its own."""

import re
from dataclasses import asdict, replace
from pathlib import Path

from torch import Tensor

from gan_cocktail.applications.seeds import latents_of
from gan_cocktail.checkpoints.model import parent, save
from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.state import State
from gan_cocktail.exporting.single_class import single_class
from gan_cocktail.provenance import describe
from gan_cocktail.tensors import save_tensors


def file_name(explorer: Explorer, state: State) -> str:
    """What a picture's files are called, without suffix: by its seed or image, and the classes in it."""
    what = f"seed{state.seed}" if state.projected is None else explorer.projected[state.projected].name
    classes = [name for name, share in zip(explorer.names, state.shares, strict=True) if share]
    return _safe("-".join([what, *classes[:4]]))


def class_name(explorer: Explorer, label: int) -> str:
    """What the file of a class is called, without suffix."""
    return _safe(f"{explorer.path.stem}-{explorer.names[label]}")


def _safe(name: str) -> str:
    """A file's name without anything that leads elsewhere."""
    return re.sub(r"[^\w.-]+", "_", name)


def write_latent(explorer: Explorer, state: State, path: Path) -> None:
    """Write z [1, z_dim] (of a seed), w [1, w_dim] or [1, num_ws, w_dim], and the noise if not the model's own.

    `explore --projected` draws the picture from it; `gan-cocktail generate --w` does, if the noise is the model's. w is
    of the class with the largest share, truncated already.
    """
    ws = explorer.w(state)
    alike = bool((ws == ws[0]).all())
    tensors = {"w": ws[:1] if alike else ws[None]}
    if state.projected is None:
        tensors["z"] = latents_of([state.seed], explorer.G.z_dim)
    else:
        tensors |= _noise(explorer, state)
    largest = max(range(len(state.shares)), key=lambda k: state.shares[k])
    told = {"class": explorer.names[largest], "state": asdict(state), "directions": list(explorer.directions)}
    save_tensors(tensors, {"info": describe("latent", **told, parents=[parent(explorer.path)])}, path)


def write_class(explorer: Explorer, label: int, path: Path) -> None:
    """Write class `label` as an unconditional model, which draws as before and can be a source."""
    own = single_class(explorer.model, label)
    told = {"class": explorer.names[label]} if explorer.model.network.c_dim else {}
    info = explorer.model.info | told | {"parents": [parent(explorer.path)]}
    save(replace(own, info=info), path)


def _noise(explorer: Explorer, state: State) -> dict[str, Tensor]:
    return {f"noise.{k}": layer for k, layer in enumerate(explorer.noise(state))}
