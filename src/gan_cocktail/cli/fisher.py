"""gan-cocktail fisher: how much a model's images depend on each of its weights."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.fisher import save_fisher
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.classes import pick_own
from gan_cocktail.cli.options import Out, OwnClasses, Seed
from gan_cocktail.methods.fisher import fisher_information
from gan_cocktail.provenance import describe


def fisher(
    model: Annotated[Path, typer.Argument(help="The widened root; for a Fisher-weighted mean, any model.")],
    out: Out,
    class_: OwnClasses = "",
    n_images: Annotated[int, typer.Option(min=1, help="Images over which gradients are averaged.")] = 2000,
    seed: Seed = 0,
) -> None:
    """Estimate the diagonal Fisher information of G and D, for EWC and Fisher-weighted means."""
    root = load(model)
    labels = pick_own(root, class_, model)
    found = fisher_information(root, labels, n_images, seed, device.pick())
    found.info = describe("fisher", labels=labels, n_images=n_images, seed=seed, parents=[parent(model)])
    save_fisher(found, out)
