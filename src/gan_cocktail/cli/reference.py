"""gan-cocktail reference: statistics of an image set, computed once and cached."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.options import Embedded, Out
from gan_cocktail.data.images import read_images
from gan_cocktail.evaluation.features import load_extractor
from gan_cocktail.evaluation.reference import make_reference, save_reference
from gan_cocktail.params.evaluation import EXTRACTOR
from gan_cocktail.provenance import describe


def reference(
    dataset: Annotated[Path, typer.Argument(help="Zip or folder of images.")],
    out: Out,
    model: Annotated[Path, typer.Option(help="The source: images are reduced to its resolution.")],
    origin: Annotated[
        Literal["real", "synthetic"], typer.Option(help="Training images of the source, or drawn from it.")
    ],
    features: Annotated[
        Literal["embedded", "inception_v3"], typer.Option(help="Which features the statistics are of.")
    ] = "embedded",
    embedded: Embedded = Path(EXTRACTOR),
) -> None:
    """Compute the statistics that FID and KID are measured against."""
    extractor = load_extractor(features, embedded, device.pick())
    network = load(model).network
    found = extractor(read_images(dataset, network.img_resolution, network.img_channels))
    facts = parent(dataset) if dataset.is_file() else {"path": dataset.name}
    facts["path"] = Path(facts["path"]).name
    info = describe("reference", resolution=network.img_resolution, parents=[facts])
    save_reference(make_reference(found, extractor.identity, origin, info), out)
