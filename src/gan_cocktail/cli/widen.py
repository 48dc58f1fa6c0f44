"""gan-cocktail widen: condition a source on the classes of a mixture."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints import model as models
from gan_cocktail.checkpoints.classes import find_class, is_name
from gan_cocktail.checkpoints.conditioning import widen as widen_model
from gan_cocktail.cli.classes import pick_own
from gan_cocktail.cli.options import Out, OwnClasses, Seed
from gan_cocktail.errors import CocktailError
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import derive


def widen(
    model: Annotated[Path, typer.Argument(help="The source's checkpoint.")],
    out: Out,
    classes: Annotated[str, typer.Option(help="Names of the classes, comma-separated, in order; or their number, N.")],
    position: Annotated[
        str,
        typer.Option(
            help="Which of them is the source's own, by name or by number from 0; of several, comma-separated, one a "
            "--class."
        ),
    ],
    class_: OwnClasses = "",
    leaf: Annotated[
        bool, typer.Option("--leaf", help="It is to be rooted in another source, and so may lack a discriminator.")
    ] = False,
    seed: Seed = 0,
) -> None:
    """Give a source N classes; for its own class its images and logits stay the same."""
    wanted = _read(classes)
    names = [str(k) for k in range(wanted)] if isinstance(wanted, int) else wanted
    what = f"{len(names)} class{'es' * (len(names) > 1)}"
    places = [find_class(each.strip(), names, what, "--position") for each in position.split(",")]
    source = models.load(model)
    labels = pick_own(source, class_, model)
    if len(set(places)) < len(places) or len(places) != len(labels):
        raise CocktailError(f"--position: expected a place of its own for each --class ({class_}), found {position}")
    wide = widen_model(source, wanted, places, derive(seed, "widen", len(names)), labels, str(model), leaf=leaf)
    if not wide.D:
        print(f"{model} has no discriminator; rooting trains that of the root")
    drawn = {"class": [source.class_names[k] for k in labels]} if source.network.c_dim > 1 else {}
    facts = {"classes": len(names), "position": places, **drawn, "seed": seed}
    wide.info = describe("widened", **facts, parents=[models.parent(model)])
    models.save(wide, out)


def _read(text: str) -> int | list[str]:
    names = [name.strip() for name in text.split(",")]
    if text.isdecimal() and int(text):
        return int(text)
    if text.isdecimal() or not all(map(is_name, names)) or len(set(names)) < len(names):
        raise CocktailError(
            f"--classes: expected different names such as cat,face, or a number, no paths; found {text!r}"
        )
    return names
