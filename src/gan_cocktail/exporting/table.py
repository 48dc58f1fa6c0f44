"""The formats that a model can be written in, by name."""

from gan_cocktail.exporting.ada import ADA
from gan_cocktail.exporting.formats import Export
from gan_cocktail.exporting.onnx import ONNX
from gan_cocktail.exporting.rosinality import ROSINALITY

EXPORTS: dict[str, Export] = {each.name: each for each in (ROSINALITY, ADA, ONNX)}
