"""The controls of A's classes: a share and a psi each."""

from nicegui import ui

from gan_cocktail.exploring.controls import UNIT, Controls
from gan_cocktail.exploring.state import only
from gan_cocktail.exploring.widgets import section, slide

MANY = 8  # classes that all have sliders; of more, those that one picks
TYPICAL = "more typical, less varied."


def class_section(controls: Controls) -> None:
    """Sliders of every class; of many, of those that one picks."""
    names = controls.explorer.names
    if len(names) == 1:
        with section("Truncation", f"psi below 1 moves w towards its mean: {TYPICAL}"):
            _psi(controls, 0, "psi", "psi")
        return
    note = "Shares, scaled to sum to 1, mix the classes in W. psi below 1 moves w towards the mean of that class: "
    with section("A: mix of classes", note + TYPICAL):
        if len(names) > MANY:
            Picked(controls)
        else:
            for k in range(len(names)):
                _class(controls, k)


def _class(controls: Controls, k: int) -> None:
    name = controls.explorer.names[k]
    value, change = controls.get().shares[k], controls.setter("shares", k)
    controls.keep_one(slide(f"{name}: share", f"Share of {name}", UNIT, value, "{:.2f}".format, change), "shares", k)
    _psi(controls, k, f"{name}: psi", f"psi of {name}")


def _psi(controls: Controls, k: int, label: str, name: str) -> None:
    value, change = controls.get().psi[k], controls.setter("psi", k)
    controls.keep_one(slide(label, name, UNIT, value, "{:.2f}".format, change), "psi", k)


class Picked:
    """Sliders of the classes that one picks; the others have no share."""

    def __init__(self, controls: Controls) -> None:
        self.controls = controls
        options = dict(enumerate(controls.explorer.names))
        self.pick = ui.select(options, value=[0, 1], multiple=True, label="Classes in the mix", on_change=self._changed)
        self.pick.props("dense outlined use-chips").classes("wide")
        self.sliders = ui.element("div")
        self._build()
        controls.keep(self, lambda state: state.shares)

    def set_value(self, shares: tuple[float, ...]) -> None:
        """Show sliders of the classes that have a share, whatever was picked."""
        missing = [k for k, share in enumerate(shares) if share and k not in self.pick.value]
        if missing:
            self.pick.set_value([*self.pick.value, *missing])

    def _changed(self) -> None:
        self._build()
        picked: list[int] = self.pick.value
        shares = tuple(share * (k in picked) for k, share in enumerate(self.controls.get().shares))
        if picked and not any(shares):
            shares = only(picked[0], len(shares))
        self.controls.set(shares=shares)

    def _build(self) -> None:
        """New sliders in place of the old ones, which show nothing any more."""
        old = {element.id for element in self.sliders.descendants()}
        self.controls.shown[:] = [(c, of) for c, of in self.controls.shown if getattr(c, "id", None) not in old]
        self.sliders.clear()
        with self.sliders:
            for k in self.pick.value:
                _class(self.controls, k)
