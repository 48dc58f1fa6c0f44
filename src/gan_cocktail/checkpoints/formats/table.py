"""The formats that there are, and the one way to read a file of any of them."""

from collections.abc import Sequence
from dataclasses import dataclass
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
from gan_cocktail.facts import read_facts, tensor_names
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


@dataclass(frozen=True)
class Told:
    """What a model's file says of itself; classes: their names, if it has them."""

    network: NetworkParams
    classes: Sequence[str] = ()
    has_discriminator: bool = True

    @property
    def class_names(self) -> list[str]:
        """A name for each class, its number if it has none; an unconditional model draws one."""
        return list(self.classes) or [str(k) for k in range(max(1, self.network.c_dim))]


def tell(path: Path, what: str = "a model") -> Told:
    """What a file of ours or of these formats says of itself; neither tensors nor PyTorch are needed.

    CocktailError as `assemble.read`, or if the file is not `what`.
    """
    if not is_foreign(path):
        facts = read_facts(path, what)
        described = parse_section(NetworkParams, facts.get("network", {}), str(path))
        has = any(name.startswith("D.") for name in tensor_names(path))
        return Told(described, facts.get("classes", ()), has)
    try:
        found = find(path)
        return Told(network(found), has_discriminator=found.D is not None)
    except Unreadable as e:
        raise CocktailError(f"{path}: {e}") from None


def describe(path: Path, what: str = "a model") -> NetworkParams:
    """The settings of a file's networks, and CocktailError, as `tell`."""
    return tell(path, what).network


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
