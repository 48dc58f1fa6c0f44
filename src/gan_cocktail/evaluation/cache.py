"""What was read off images that were drawn, kept by content: features and distances, never images."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Tensor

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.provenance import describe, fingerprint
from gan_cocktail.tensors import load_tensors, save_tensors

Tensors = dict[str, Tensor]


def generator_sha256(model: Model) -> str:
    """Hex digest of a generator: its architecture and every weight."""
    digest = hashlib.sha256(model.network.model_dump_json().encode())
    for name, tensor in sorted(model.G.items()):
        digest.update(name.encode() + tensor.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()


@dataclass
class Cache:
    """A folder of one evaluation's own; without a folder nothing is kept."""

    folder: Path | None = None
    used: set[Path] = field(default_factory=set)

    def get(self, compute: Callable[[], Tensors], **facts: Any) -> Tensors:
        """What `compute` returns, from the folder if it was computed of equal facts before.

        facts: JSON-able, everything that decides the result. A file that cannot be read is made anew.
        """
        if self.folder is None:
            return compute()
        facts = describe("cached features", **facts)
        path = self.folder / f"{fingerprint(**facts)}.safetensors"
        self.used.add(path)
        try:
            tensors, found = load_tensors(path, "cached features")
            if found == facts:
                return tensors
        except (CocktailError, SafetensorError, ValueError):  # absent, broken, or not ours
            pass
        tensors = compute()
        save_tensors(tensors, facts, path)
        return tensors

    def prune(self) -> None:
        """Remove what was not asked for since the cache was opened: features of models that are no more."""
        for path in self.folder.glob("*.safetensors") if self.folder else ():
            if path not in self.used and re.fullmatch(r"[0-9a-f]{64}", path.stem):
                path.unlink(missing_ok=True)
