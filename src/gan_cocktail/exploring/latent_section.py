"""The controls of A's latent: its seed, or a projected image; and how far directions lead it."""

import random
from dataclasses import replace

from nicegui import ui

from gan_cocktail.exploring.controls import LARGEST, Controls
from gan_cocktail.exploring.state import SPAN, State, only
from gan_cocktail.exploring.widgets import count, press, section, slide

SEED = -1  # among projected images: none of them
STEPS = (-SPAN, SPAN, 0.25)


def latent_section(controls: Controls) -> None:
    """What A starts from."""

    def go(to: int) -> None:
        if to != controls.get().seed:
            controls.set(seed=min(max(to, 0), LARGEST), projected=None)

    with section("A: the latent", "Each seed is another latent: the same as in gan-cocktail generate."):
        if controls.explorer.projected:
            _start(controls)
        with ui.element("div").classes("line"):
            controls.keep(count("Seed", controls.get().seed, LARGEST, go), lambda state: state.seed)
            press("Previous seed", lambda: go(controls.get().seed - 1), "chevron_left")
            press("Next seed", lambda: go(controls.get().seed + 1), "chevron_right")
            press("Random seed", lambda: go(random.randrange(10_000)), "casino")  # noqa: S311


def _start(controls: Controls) -> None:
    options = {SEED: "a seed"} | {k: each.name for k, each in enumerate(controls.explorer.projected)}

    def pick(which: int) -> None:
        if which != _started(controls.get()):
            controls.change(
                _from_projected(controls, which) if which != SEED else replace(controls.get(), projected=None)
            )

    start = ui.select(options, value=SEED, label="Start from", on_change=lambda e: pick(e.value))
    controls.keep(start.props("dense outlined").classes("wide"), _started)


def _started(state: State) -> int:
    return SEED if state.projected is None else state.projected


def _from_projected(controls: Controls, which: int) -> State:
    """A projected image as it was found: in its class, not truncated, not moved; B is it in another class."""
    start, label = controls.explorer.start(), controls.explorer.projected[which].label
    n = len(start.shares)
    return replace(start, projected=which, shares=only(label, n), other_class=(label + 1) % n)


def directions_section(controls: Controls) -> None:
    """A slider a direction, if there are any."""
    if not controls.explorer.directions:
        return
    with section("Directions", "Steps along a direction in W, in standard deviations."):
        for i, name in enumerate(controls.explorer.directions):
            set_step = controls.setter("steps", i)
            slider = slide(name, f"Direction {name}", STEPS, controls.get().steps[i], "{:+.2f}".format, set_step)
            controls.keep_one(slider, "steps", i)
