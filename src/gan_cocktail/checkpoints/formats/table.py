"""The formats that there are, and the one way to read a file of any of them."""

from pathlib import Path
from typing import Any

from gan_cocktail.checkpoints.formats.ada import ADA
from gan_cocktail.checkpoints.formats.ada_state import ADA_STATE
from gan_cocktail.checkpoints.formats.parts import Format, Found
from gan_cocktail.checkpoints.formats.rosinality import ROSINALITY
from gan_cocktail.checkpoints.formats.shapes import network
from gan_cocktail.checkpoints.formats.tensorflow import TENSORFLOW
from gan_cocktail.checkpoints.pickles.errors import WAY_OUT, Unreadable, printable
from gan_cocktail.checkpoints.pickles.files import read_file
from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts
from gan_cocktail.files import require
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams

FORMATS: tuple[Format, ...] = (ADA, ADA_STATE, ROSINALITY, TENSORFLOW)


def is_foreign(path: Path) -> bool:
    """Is a file, by its first bytes, one that these formats are kept in: a pickle, or torch's zip?

    Safetensors begin with the length of their header, in 8 bytes, which may look like a pickle's first two, and "{".
    """
    if not require(path).is_file():
        return False
    with path.open("rb") as f:
        head = f.read(9)
    return head.startswith(b"PK\3\4") or (head[:1] == b"\x80" and head[5:] != b"\0\0\0{")


def describe(path: Path, what: str = "a model") -> NetworkParams:
    """The settings of the networks in a file of ours or of these formats; neither tensors nor PyTorch are needed.

    CocktailError as `assemble.read`, or if the file is not `what`.
    """
    if not is_foreign(path):
        return parse_section(NetworkParams, read_facts(path, what).get("network", {}), str(path))
    try:
        return network(find(path))
    except Unreadable as e:
        raise CocktailError(f"{path}: {e}") from None


def find(path: Path) -> Found:
    """The networks in a file of one of these formats, as it has them; Unreadable says why there are none."""
    content = read_file(path)
    for form in FORMATS:
        if form.matches(content):
            return form.read(content)
    raise Unreadable(f"not a StyleGAN2 checkpoint, but {_what(content)}; {WAY_OUT}")


def _what(content: Any) -> str:
    if isinstance(content, dict):
        keys = ", ".join(printable(key) for key in list(content)[:6])
        return f"a pickled dict of {keys}" if keys else "an empty pickled dict"
    return f"a pickled {type(content).__name__.lower()}"
