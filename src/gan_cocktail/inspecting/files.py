"""What checkpoints are, by what they say of themselves and by their tensors."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_cocktail.checkpoints.model import Model, State, load
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256

OURS = "gan-cocktail"
TAKEN = ("mean", "union")  # columns of tables, so no names of sources


@dataclass(frozen=True)
class File:
    """One readable checkpoint.

    name: what it is called here, fit to name a source. domain: the class of it that is merged, by name or index, where
    it has several; none if that is not said.
    """

    name: str
    path: Path
    sha256: str
    size: int  # bytes
    model: Model
    domain: str = ""

    def source(self) -> dict[str, str]:
        """The source that it is, as in params.yaml."""
        return {"model": self.path.as_posix()} | ({"class": self.domain} if self.domain else {})

    def facts(self) -> dict[str, Any]:
        """JSON-able: what the file is, and what made it (`info`, as the file has it)."""
        network = self.model.network
        return {
            "path": self.path.as_posix(),
            "sha256": self.sha256,
            "bytes": self.size,
            "format": self.model.info.get("format", OURS),
            "kind": self.model.info.get("kind", "model"),
            "classes": self.model.class_names if network.c_dim else [],
            "discriminator": bool(self.model.D),
            "parameters": {"G": count(self.model.G), "D": count(self.model.D)},
            "network": network.model_dump(),
            "info": self.model.info,
        }


def count(state: State) -> int:
    """Numbers that a network keeps."""
    return sum(tensor.numel() for tensor in state.values())


def read_files(
    paths: Sequence[Path], names: Sequence[str] = (), domains: Mapping[str, str] | None = None
) -> list[File]:
    """Each checkpoint, by its name (none given: made of the file's).

    domains: the class of each that has several, by name; None: the first stands for any of them.
    CocktailError with the reader's sentence for each file that cannot be read, one a line.
    """
    found, problems = [], []
    for name, path in zip(names or names_of(paths), paths, strict=True):
        try:
            model = load(path)
            some = "0" if model.network.c_dim > 1 else ""
            domain = some if domains is None else domains.get(name, "")
            found.append(File(name, path, sha256(path), path.stat().st_size, model, domain))
        except CocktailError as e:
            problems.append(str(e))
        except OSError as e:
            problems.append(f"{path}: expected a model, but it cannot be opened ({e.strerror}); check its permissions")
    if problems:
        raise CocktailError("\n".join(problems))
    return found


def names_of(paths: Sequence[Path]) -> list[str]:
    """A name for each file that a source may have, all different: the file's, or its folder's where it is `model`."""
    names: list[str] = []
    for path in paths:
        told = path.resolve().parent.name if path.stem == "model" else path.stem
        base = re.sub(r"[^A-Za-z0-9_+-]+", "-", told).strip("-_+") or "model"
        taken, name, k = {*TAKEN, *(n.lower() for n in names)}, base, 1
        while name.lower() in taken:
            k += 1
            name = f"{base}-{k}"
        names.append(name)
    return names
