"""GAN Cocktail: merge pretrained GANs into one conditional GAN, without their training data."""

from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gan_cocktail.checkpoints.model import Model
    from gan_cocktail.errors import CocktailError
    from gan_cocktail.exporting.hub import UnionGAN
    from gan_cocktail.params.evaluation import EvaluationParams
    from gan_cocktail.params.training import TrainingParams
    from gan_cocktail.scripting import evaluate, generate, merge, save, train, widen

__version__ = "0.2.0"
__all__ = [
    "CocktailError",
    "EvaluationParams",
    "Model",
    "TrainingParams",
    "UnionGAN",
    "evaluate",
    "generate",
    "load",
    "merge",
    "save",
    "train",
    "widen",
]

_MODULES = {
    "CocktailError": "errors",
    "EvaluationParams": "params.evaluation",
    "Model": "checkpoints.model",
    "TrainingParams": "params.training",
    "UnionGAN": "exporting.hub",
} | dict.fromkeys(("evaluate", "generate", "merge", "save", "train", "widen"), "scripting")


def load(path: str | PathLike[str]) -> "Model":
    """The model in a file, of this project or of another program; its content tells which, not its name.

    CocktailError says in one sentence what is wrong with a file that cannot be read. Nothing in a file is ever run.
    """
    from gan_cocktail.checkpoints.formats.table import describe

    describe(Path(path))  # before PyTorch is imported: a bad file costs neither its time nor its memory

    from gan_cocktail.checkpoints import model

    return model.load(Path(path))


def __getattr__(name: str) -> Any:
    """What the package shows, when it is asked for: its modules take PyTorch's time to import."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
