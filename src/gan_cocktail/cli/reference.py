"""gan-cocktail reference: statistics of an image set, computed once and cached."""

import sys
from math import ceil
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent
from gan_cocktail.cli.options import Out, Reading, check_extractors, read_section, read_weights
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.evaluation.extractors.table import load_extractor
from gan_cocktail.evaluation.features import BATCH
from gan_cocktail.evaluation.reference import make_reference, save_reference
from gan_cocktail.evaluation.rows import too_few
from gan_cocktail.params.evaluation import DEFAULT
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.progress import tracked
from gan_cocktail.provenance import describe


def reference(
    dataset: Annotated[Path, typer.Argument(help="Zip or folder of images.")],
    out: Out,
    model: Annotated[Path, typer.Option(help="The source: images are brought to its resolution.")],
    origin: Annotated[
        Literal["real", "synthetic"], typer.Option(help="Training images of the source, or drawn from it.")
    ],
    features: Annotated[
        list[str] | None, typer.Option(help="Features that statistics are of; repeated: of each, in one file.")
    ] = None,
    weights: Annotated[
        list[str] | None, typer.Option(help="Weights of an extractor in no usual place: NAME=PATH, repeated.")
    ] = None,
    reading: Reading = "",
) -> None:
    """Compute the statistics that FID and KID are measured against."""
    names = list(dict.fromkeys(features or [DEFAULT]))
    check_extractors(names, "--features")
    network, at, where = load(model).network, read_weights(weights or []), device.pick()
    extractors = [load_extractor(name, at.get(name), where) for name in names]
    how = read_section(ReadingParams, reading, "--reading")
    found = read_dataset(dataset, network.img_resolution, network.img_channels, how, enlarge=origin == "synthetic")
    print(found.read.sentence(str(dataset)), flush=True)
    facts = parent(dataset) if dataset.is_file() else {"path": dataset.name}
    facts["path"] = Path(facts["path"]).name
    read = found.read.facts(facts["path"])
    info = describe("reference", resolution=network.img_resolution, parents=[facts], read=read)
    number = len(found.images)
    batches = tracked(found.images.split(BATCH), ceil(number / BATCH), f"features of {number:,} images")
    parts = [[each(batch) for each in extractors] for batch in batches]
    made = [
        make_reference(np.concatenate(features), each.identity, origin, info)
        for each, features in zip(extractors, zip(*parts, strict=True), strict=True)
    ]
    for each in made:
        if each.few(each.n_images):
            print(f"warning: {dataset}: {each.n_images:,} images are {too_few(each.extractor.dim)}", file=sys.stderr)
    save_reference(made, out)
