"""Statistics of real images that lie beside a checkpoint, and whether they are its own."""

from dataclasses import dataclass
from pathlib import Path

from gan_cocktail.errors import CocktailError
from gan_cocktail.facts import read_facts

REFERENCE = "reference.safetensors"
CHECKPOINTS = (".pkl", ".pt", ".pth", ".safetensors")


@dataclass(frozen=True)
class Beside:
    """The statistics beside a checkpoint.

    n_images: of how many images they are; none if the file does not say. others: files beside it that may be
    checkpoints too: whose statistics they are is not told then, and they are not taken.
    """

    path: Path
    n_images: int | None
    others: tuple[str, ...]

    @property
    def is_taken(self) -> bool:
        """Whether they are of this checkpoint."""
        return not self.others

    @property
    def sentence(self) -> str:
        """Whether they are taken, and why not."""
        path = self.path.as_posix()
        if self.is_taken:
            return f"{path} ({self.n_images:,} images)" if self.n_images else path
        names = ", ".join(self.others[:2]) + ", ..." * (len(self.others) > 2)
        return f"none: {path} may be of another checkpoint there ({names}); give each a folder, or write `reference`"


def beside(checkpoint: Path) -> Beside | None:
    """What lies in the checkpoint's folder, if anything does."""
    path = checkpoint.with_name(REFERENCE)
    if not path.exists() or path == checkpoint:
        return None
    others = [each.name for each in path.parent.iterdir() if each.suffix in CHECKPOINTS and not each.is_dir()]
    return Beside(path, _n_images(path), tuple(sorted({*others} - {checkpoint.name, REFERENCE})))


def _n_images(path: Path) -> int | None:
    """As the file says; what is wrong with it is said by the checks of an experiment."""
    try:
        found = read_facts(path, "statistics").get("n_images")
    except CocktailError:
        return None
    return found if isinstance(found, int) else None
