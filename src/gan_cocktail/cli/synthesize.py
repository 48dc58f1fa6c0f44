"""gan-cocktail synthesize: draw a synthetic dataset from a source."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.classes import pick_class
from gan_cocktail.cli.options import Class, Out, Seed, read_section, settings_of
from gan_cocktail.data.images import write_zip
from gan_cocktail.evaluation.sampling import draw
from gan_cocktail.params.synthesis import SynthesisParams
from gan_cocktail.provenance import describe


def synthesize(
    model: Annotated[Path, typer.Argument(help="The source's checkpoint.")],
    out: Out,
    name: Annotated[str, typer.Option(help="The source's name.")],
    class_: Class = "",
    settings: Annotated[str, settings_of("synthesis")] = "",
    seed: Seed = 0,
) -> None:
    """Draw images from a source, or from one class of a model, into a dataset zip."""
    s, stream = read_section(SynthesisParams, settings), f"synthesis/{name}"
    source = load(model)
    label = pick_class(source, class_, model)
    drawn = {"class": source.class_names[label]} if source.network.c_dim > 1 else {}
    facts = {"name": name, **drawn, "settings": s, "seed": seed, "stream": stream}
    info = describe("synthetic_dataset", **facts, parents=[parent(model)])
    images = draw(source, label, s.n_images, seed, stream, device.pick(), s.truncation_psi)
    write_zip(out, images, info)
