"""gan-cocktail reference: statistics of an image set, computed once and cached."""

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.options import Embedded, Out, Reading, read_section
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.evaluation.features import load_extractor
from gan_cocktail.evaluation.reference import make_reference, save_reference
from gan_cocktail.evaluation.rows import too_few
from gan_cocktail.params.evaluation import EXTRACTOR
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.provenance import describe


def reference(
    dataset: Annotated[Path, typer.Argument(help="Zip or folder of images.")],
    out: Out,
    model: Annotated[Path, typer.Option(help="The source: images are brought to its resolution.")],
    origin: Annotated[
        Literal["real", "synthetic"], typer.Option(help="Training images of the source, or drawn from it.")
    ],
    features: Annotated[
        Literal["embedded", "inception_v3"], typer.Option(help="Which features the statistics are of.")
    ] = "embedded",
    embedded: Embedded = Path(EXTRACTOR),
    reading: Reading = "",
) -> None:
    """Compute the statistics that FID and KID are measured against."""
    extractor = load_extractor(features, embedded, device.pick())
    network = load(model).network
    how = read_section(ReadingParams, reading, "--reading")
    found = read_dataset(dataset, network.img_resolution, network.img_channels, how, enlarge=origin == "synthetic")
    print(found.read.sentence(str(dataset)), flush=True)
    facts = parent(dataset) if dataset.is_file() else {"path": dataset.name}
    facts["path"] = Path(facts["path"]).name
    read = found.read.facts(facts["path"])
    info = describe("reference", resolution=network.img_resolution, parents=[facts], read=read)
    made = make_reference(extractor(found.images), extractor.identity, origin, info)
    if made.few(made.n_images):
        print(f"warning: {dataset}: {made.n_images:,} images are {too_few(extractor.identity.dim)}", file=sys.stderr)
    save_reference(made, out)
