"""gan-cocktail train-features: train the embedded feature extractor."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Out, Seed
from gan_cocktail.evaluation.embedded import save_embedded
from gan_cocktail.evaluation.embedded_training import gather, train_embedded
from gan_cocktail.provenance import describe


def train_features(
    datasets: Annotated[list[Path], typer.Argument(help="Image zips; one without labels is one class.")],
    out: Out,
    epochs: Annotated[int, typer.Option(help="Passes over the images.")] = 20,
    seed: Seed = 0,
) -> None:
    """Train the small classifier whose features the default evaluation uses."""
    data = gather(datasets)
    net, accuracy = train_embedded(data, epochs, seed)
    info = describe(
        "features",
        datasets=[d.name for d in datasets],
        n_images=len(data.images),
        epochs=epochs,
        seed=seed,
        test_accuracy=round(accuracy, 4),
    )
    save_embedded(net, out, data.classes, info)
