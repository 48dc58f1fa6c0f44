"""gan-cocktail train-source: train a source GAN on images of your own."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints import model
from gan_cocktail.cli.options import Out, Reading, Seed, read_section, settings_of, training_folder
from gan_cocktail.cli.several import is_first
from gan_cocktail.data.files import check_outside
from gan_cocktail.methods.sources import train_source as train
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.training import SourceTrainingParams


def train_source(
    dataset: Annotated[Path, typer.Argument(help="Zip or folder of images.")],
    out: Out,
    name: Annotated[str, typer.Option(help="The source's name, its domain.")],
    reading: Reading = "",
    settings: Annotated[str, settings_of("source_training")] = "",
    seed: Seed = 0,
) -> None:
    """Train an unconditional source GAN on a zip or folder of images; run again to continue."""
    check_outside([dataset], out, training_folder(out))
    section, how = read_section(SourceTrainingParams, settings), read_section(ReadingParams, reading, "--reading")
    trained = train(dataset, training_folder(out), name, section, seed, device.pick(), how)
    if is_first():
        model.save(trained, out)
