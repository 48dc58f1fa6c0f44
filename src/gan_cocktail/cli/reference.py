"""gan-cocktail reference: statistics of an image set, computed once and cached."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.options import Out, check_extractors, read_weights
from gan_cocktail.data.images import read_images
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.reference import make_reference, save_reference
from gan_cocktail.params.evaluation import DEFAULT
from gan_cocktail.provenance import describe


def reference(
    dataset: Annotated[Path, typer.Argument(help="Zip or folder of images.")],
    out: Out,
    model: Annotated[Path, typer.Option(help="The source: images are reduced to its resolution.")],
    origin: Annotated[
        Literal["real", "synthetic"], typer.Option(help="Training images of the source, or drawn from it.")
    ],
    features: Annotated[
        list[str] | None, typer.Option(help="Features that statistics are of; repeated: of each, in one file.")
    ] = None,
    weights: Annotated[
        list[str] | None, typer.Option(help="Weights of an extractor in no usual place: NAME=PATH, repeated.")
    ] = None,
) -> None:
    """Compute the statistics that FID and KID are measured against."""
    names = list(dict.fromkeys(features or [DEFAULT]))
    check_extractors(names, "--features")
    network, at, where = load(model).network, read_weights(weights or []), device.pick()
    extractors = [load_extractor(name, at.get(name), where) for name in names]
    images = read_images(dataset, network.img_resolution, network.img_channels)
    facts = parent(dataset) if dataset.is_file() else {"path": dataset.name}
    facts["path"] = Path(facts["path"]).name
    info = describe("reference", resolution=network.img_resolution, parents=[facts])
    save_reference([make_reference(each(images), each.identity, origin, info) for each in extractors], out)
