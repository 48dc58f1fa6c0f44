"""What sets a baseline apart from plain fine-tuning."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gan_cocktail.checkpoints.fisher import Fisher, load_fisher
from gan_cocktail.checkpoints.model import Model, check_alike, load
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.restraints import pull
from gan_cocktail.params.restraints import ConsistencyParams, EWCParams
from gan_cocktail.training.consistency import Consistency


@dataclass(frozen=True)
class Twist:
    """What sets a baseline apart from plain fine-tuning."""

    from_scratch: bool = False  # new weights; the initialisation gives the architecture alone
    ewc: EWCParams | None = None
    fisher: Path | None = None  # what ewc goes by
    frozen_layers: int = 0
    consistency: ConsistencyParams | None = None
    teachers: Sequence[Path | None] = ()  # what consistency is with: one model a class, or none of that class

    def __post_init__(self) -> None:
        if bool(self.ewc) != bool(self.fisher):
            raise CocktailError("--ewc and --fisher go together: its strengths, and what gan-cocktail fisher wrote")
        if bool(self.consistency) != any(self.teachers):
            raise CocktailError("--consistency and --teacher go together: its weight, and one model a class")

    @property
    def files(self) -> list[Path]:
        """What is read for it."""
        return [path for path in (self.fisher, *self.teachers) if path]

    @property
    def facts(self) -> dict[str, Any]:
        """What a model that it made says of it."""
        return {key: value for key, value in vars(self).items() if key not in ("fisher", "teachers")}

    def pulled_to(self, initial: Model, kimg: float) -> Consistency | None:
        """What the trainer is told of consistency, in a training of that budget.

        Raises CocktailError for a teacher of another network than the initialisation's: it has another latent space.
        """
        if not self.consistency:
            return None
        teachers = [load(path) if path else None for path in self.teachers]
        for path, teacher in zip(self.teachers, teachers, strict=True):
            why = "--teacher: expected a model of the initialisation's own network"
            if teacher:
                check_alike(initial, teacher, ("the initialisation", str(path)), why)
        return Consistency(teachers, self.consistency.weight, self.consistency.until * kimg)

    def held_by(self, initial: Model) -> Fisher | None:
        """How strongly EWC holds each weight; CocktailError if the Fisher information is of another network."""
        if not (self.ewc and self.fisher):
            return None
        found = load_fisher(self.fisher)
        for part, values, state in (("G", found.G, initial.G), ("D", found.D, initial.D)):
            for name, value in values.items():
                if name not in state or state[name].shape != value.shape:
                    raise CocktailError(
                        f"{self.fisher}: {part}.{name} of {tuple(value.shape)} is no weight of the initialisation; "
                        "make it anew with gan-cocktail fisher, of the root that this mixture starts from"
                    )
        return pull(found, self.ewc)
