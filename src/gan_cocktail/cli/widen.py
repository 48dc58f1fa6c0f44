"""gan-cocktail widen: condition a source on the classes of a mixture."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints import model as models
from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.conditioning import widen as widen_model
from gan_cocktail.cli.classes import Class, pick_class
from gan_cocktail.cli.options import Out, Seed
from gan_cocktail.errors import CocktailError
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import derive


def widen(
    model: Annotated[Path, typer.Argument(help="The source's checkpoint.")],
    out: Out,
    classes: Annotated[str, typer.Option(help="Names of the classes, comma-separated, in order; or their number, N.")],
    position: Annotated[str, typer.Option(help="Which of them is the source's own, by name or by number from 0.")],
    class_: Class = "",
    leaf: Annotated[
        bool, typer.Option("--leaf", help="It is to be rooted in another source, and so may lack a discriminator.")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Give a source N classes; for its own class its images and logits stay the same."""
    wanted = _read(classes)
    names = [str(k) for k in range(wanted)] if isinstance(wanted, int) else wanted
    place = find_class(position, names, f"{len(names)} class{'es' * (len(names) > 1)}", "--position")
    source = models.load(model)
    label = pick_class(source, class_, model)
    wide = widen_model(source, wanted, place, derive(seed, "widen", len(names)), label, str(model), leaf=leaf)
    if not wide.D:
        print(f"{model} has no discriminator; rooting trains that of the root")
    drawn = {"class": source.class_names[label]} if source.network.c_dim > 1 else {}
    facts = {"classes": len(names), "position": place, **drawn, "seed": seed}
    wide.info = describe("widened", **facts, parents=[models.parent(model)])
    models.save(wide, out)


def _read(text: str) -> int | list[str]:
    names = [name.strip() for name in text.split(",")]
    if text.isdecimal() and int(text):
        return int(text)
    if text.isdecimal() or not all(names) or len(set(names)) < len(names):
        raise CocktailError(f"--classes: expected different names such as cat,face, or a number; found {text!r}")
    return names
