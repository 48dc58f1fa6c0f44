"""The controls of B, and of the way from A to B."""

from nicegui import ui

from gan_cocktail.exploring.controls import LARGEST, UNIT, Controls
from gan_cocktail.exploring.state import State
from gan_cocktail.exploring.widgets import count, named, section, slide


def second_section(controls: Controls) -> None:
    """What B is, how far A goes to it, and which layers take its w."""
    with section("B: what A is mixed with", "Go from A to B in W, or take B's w in the fine layers only."):
        with ui.element("div").classes("line"):
            if len(controls.explorer.names) > 1:
                _class(controls)
            _seed(controls)
        change = lambda v: controls.set(toward=v)  # noqa: E731
        between = slide("A to B", "From A to B", UNIT, 0.0, "{:.0%}".format, change)
        controls.keep(between, lambda state: state.toward)
        _layers(controls)


def _class(controls: Controls) -> None:
    options = dict(enumerate(controls.explorer.names))
    start = controls.get().other_class
    other = ui.select(options, value=start, label="Class of B", on_change=lambda e: controls.set(other_class=e.value))
    controls.keep(other.props("dense outlined"), lambda state: state.other_class)


def _layers(controls: Controls) -> None:
    n = controls.explorer.num_ws
    name = "Coarse layers of A, the rest of B"
    slider = slide("Layers of A", name, (0, n, 1), n, f"{{:.0f}} of {n}".format, lambda v: controls.set(layers=int(v)))
    controls.keep(slider, lambda state: state.layers)


def _seed(controls: Controls) -> None:
    """The seed of B; of a model of several classes, with a switch that takes A's own latent instead."""
    state = controls.get()
    field = count("Seed of B", state.other_seed or 0, LARGEST, lambda seed: controls.set(other_seed=seed))
    controls.keep(field, lambda state: field.value if state.other_seed is None else state.other_seed)
    if len(controls.explorer.names) == 1:
        return
    field.set_enabled(state.other_seed is not None)

    def switch(own: bool) -> None:
        field.set_enabled(not own)
        if own != _own(controls.get()):
            controls.set(other_seed=None if own else int(field.value or 0))

    same = ui.checkbox("Same latent as A", value=_own(state), on_change=lambda e: switch(e.value))
    controls.keep(named(same, "B has the same latent as A"), _own)


def _own(state: State) -> bool:
    return state.other_seed is None
