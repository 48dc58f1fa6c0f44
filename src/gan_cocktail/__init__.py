"""GAN Cocktail: merge pretrained GANs into one conditional GAN, without their training data."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gan_cocktail.checkpoints.model import load as load

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def __getattr__(name: str) -> Any:
    """`load` on first use: the reader of models takes PyTorch, which most imports of the package do without."""
    if name == "load":
        from gan_cocktail.checkpoints.model import load

        return load
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
