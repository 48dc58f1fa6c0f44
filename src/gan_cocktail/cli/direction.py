"""gan-cocktail direction: a semantic direction in W, found in one domain."""

import sys
from pathlib import Path
from typing import Annotated

import torch
import typer

from gan_cocktail import device
from gan_cocktail.applications.attributes import measure
from gan_cocktail.applications.directions import fit, nowhere, save
from gan_cocktail.applications.drawing import map_class
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.classes import pick_class
from gan_cocktail.cli.options import Class, Out, Seed
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.params.applications import Attribute
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import latents


def direction(
    model: Annotated[Path, typer.Argument(help="The union GAN.")],
    out: Out,
    attribute: Annotated[Attribute, typer.Option(help="Measured from pixels.")],
    class_: Class = "",
    n_images: Annotated[int, typer.Option(min=12, help="Images to draw.")] = 2000,
    seed: Seed = 0,
) -> None:
    """Fit a linear SVM in W to the images lowest and highest in an attribute; its normal is the direction.

    Where the attribute differs too little, there is a warning, and the direction written is of length 0.
    """
    opened, where = load(model), device.pick()
    label = pick_class(opened, class_, model)
    stream = f"direction/{label}"
    batches = draw(opened, label, n_images, seed, stream, where)
    values = torch.tensor([value for images in batches for value in measure(attribute, images).tolist()])  # no gaps
    w = map_class(opened.generator(), latents(n_images, opened.network.z_dim, seed, stream), label)
    try:
        found = fit(w, values)
    except CocktailError as error:  # a page of results is worth more than this part of it
        print(f"warning: no direction: {error}", file=sys.stderr)
        found = nowhere(w.shape[1], str(error))
    told = {"attribute": attribute, "label": label, "class": opened.class_names[label], "n_images": n_images}
    found.info |= describe("direction", **told, seed=seed, parents=[parent(model)])
    save(found, out)
