"""A dataset of several classes: which class each image is of, in the layout of StyleGAN's dataset_tool.py."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from gan_cocktail.data.files import INDEX
from gan_cocktail.data.images import write_zip
from gan_cocktail.files import atomic


def write_labelled(path: Path, images: Mapping[int, Tensor], names: Sequence[str], info: dict[str, Any]) -> None:
    """Write uint8 images [N, C, H, W] of each class, by its number, as a dataset zip with labels; as `write_zip` else.

    names: of all classes of the model, in order; none if they have none.
    """
    labels = [k for k, each in images.items() for _ in each]
    with atomic(path) as temporary:
        write_zip(temporary, images.values(), info)
        _label(temporary, labels, {"classes": list(names)} if names else {})


def _label(path: Path, labels: Sequence[int], facts: dict[str, Any]) -> None:
    """Write a dataset zip anew, with a label for each of its images, in order."""
    with zipfile.ZipFile(path) as old, atomic(path) as temporary, zipfile.ZipFile(temporary, "w") as new:
        pictures = [name for name in old.namelist() if name != INDEX]
        content = json.dumps({"labels": list(zip(pictures, labels, strict=True))} | facts)
        for entry in old.infolist():
            new.writestr(entry, content if entry.filename == INDEX else old.read(entry))
        new.comment = old.comment
