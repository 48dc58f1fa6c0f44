"""What all controls share: they show a State and change it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.state import State, at

UNIT = (0.0, 1.0, 0.05)
LARGEST = 2**32 - 1  # seed


class Control(Protocol):
    """Anything with a value that can be set."""

    def set_value(self, value: Any) -> Any:
        """Show a value."""


C = TypeVar("C", bound=Control)


@dataclass
class Controls:
    """The controls of a page. get: the state that they show; change: what to do with another.

    shown: each control with the value that it has in a state.
    """

    explorer: Explorer
    get: Callable[[], State]
    change: Callable[[State], None]
    shown: list[tuple[Control, Callable[[State], Any]]] = field(default_factory=list)

    def show(self, state: State) -> None:
        """Set every control to what a state says."""
        for control, value in list(self.shown):
            control.set_value(value(state))

    def set(self, **fields: Any) -> None:
        """Change fields of the state."""
        self.change(replace(self.get(), **fields))

    def setter(self, name: str, index: int) -> Callable[[float], None]:
        """What sets one of the values of the field `name`, which has several."""
        return partial(self._set_one, name, index)

    def _set_one(self, name: str, index: int, value: float) -> None:
        self.set(**{name: at(getattr(self.get(), name), index, value)})

    def keep(self, control: C, value: Callable[[State], Any]) -> C:
        """Have a control show its value of every state from now on."""
        self.shown.append((control, value))
        return control

    def keep_one(self, control: C, name: str, index: int) -> C:
        """The same with one of the values of the field `name`."""
        return self.keep(control, lambda state: getattr(state, name)[index])
