"""What is shown: the picture, what is waited for, and the row of pictures that one can pick."""

import base64
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import torch
import torch.nn.functional as F
from nicegui import ui
from torch import Tensor

from gan_cocktail.data.images import png
from gan_cocktail.exploring.command import command
from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.rows import Cell
from gan_cocktail.exploring.state import State
from gan_cocktail.exploring.widgets import named, text

SMALL = 256  # pixels a side of what a row shows
PIXELATED = 128  # pixels a side up to which pictures are enlarged without smoothing


class Pictures:
    """The left half of the page. state, image, row: what it shows, of one time."""

    def __init__(
        self, size: int, kinds: Sequence[str], kind: str, pick: Callable[[State], None], choose: Callable[[str], None]
    ) -> None:
        self.state: State | None = None
        self.image, self.row = torch.empty(0), torch.empty(0)
        self.pick, self.cells, self.buttons = pick, list[Cell](), list["Tile"]()
        with ui.element("div").classes("show" + " small" * (size <= PIXELATED)):
            with ui.element("figure").classes("picture"):
                self.picture = ui.element("img")
            self.wait = text("div", "", "wait")
            self.wait.props["role"] = "status"
            toggle = ui.toggle(list(kinds), value=kind, on_change=lambda e: choose(e.value))
            named(toggle.props("no-caps unelevated dense padding='3px 10px'").classes("kinds"), "The row shows")
            self.strip = ui.element("div").classes("row-of")
            self.strip.props["role"] = "group"
            self.told = text("div", "", "command")

    def say(self, sentence: str) -> None:
        """Say what is waited for, or what is wrong; nothing to say takes it away."""
        self.wait.text = sentence

    def show(self, explorer: Explorer, state: State, picture: "Drawn") -> None:
        """Show the picture of a state."""
        self.state, self.image = state, picture.image
        self.picture.props["alt"] = _words(explorer, state)
        self.picture.props["src"] = picture.url
        self.told.text = command(explorer, state)

    def show_row(self, cells: list[Cell], row: list["Drawn"]) -> None:
        """Show a row of pictures, a cell each."""
        self.cells, self.row = cells, torch.stack([each.image for each in row]) if row else torch.empty(0)
        if len(cells) != len(self.buttons):
            self._lay(len(cells))
        for button, cell, picture in zip(self.buttons, cells, row, strict=True):
            button.picture.props["src"] = picture.url
            button.caption.text = cell.caption

    def mark(self, state: State) -> None:
        """Mark the cells that show the state itself."""
        for button, cell in zip(self.buttons, self.cells, strict=True):
            button.props["aria-pressed"] = str(cell.state == state).lower()

    def _lay(self, n: int) -> None:
        """Build n cells: buttons, so that a keyboard reaches them."""
        self.strip.clear()
        self.strip.style(f"--n: {n}")
        with self.strip:
            self.buttons = [Tile(partial(self._press, k)) for k in range(n)]

    def _press(self, k: int) -> None:
        self.pick(self.cells[k].state)


class Tile(ui.element):
    """A picture with a caption that one can press."""

    def __init__(self, act: Callable[[], None]) -> None:
        super().__init__("button")
        self.props["type"] = "button"
        self.on("click", act)
        with self:
            self.picture = ui.element("img")
            self.caption = text("span", "")
        self.picture.props["alt"] = ""  # the caption is the button's name


class Drawn(NamedTuple):
    """A picture, uint8 [C, H, W], and the URL that shows it."""

    image: Tensor
    url: str


def drawn(explorer: Explorer, states: Sequence[State], most: int | None = None) -> list[Drawn]:
    """Pictures of states; what is shown of them is reduced to `most` pixels a side."""
    return [Drawn(image, _url(image, most or image.shape[-1])) for image in explorer.draw(states)]


def _url(image: Tensor, most: int) -> str:
    if image.shape[-1] > most:
        image = F.avg_pool2d(image.float(), image.shape[-1] // most).round().to(torch.uint8)
    return "data:image/png;base64," + base64.b64encode(png(image)).decode()


def _words(explorer: Explorer, state: State) -> str:
    """The picture for those who do not see it."""
    what = f"Seed {state.seed}" if state.projected is None else explorer.projected[state.projected].name
    mixed = [f"{name} {share:.0%}" for name, share in zip(explorer.names, state.shares, strict=True) if share]
    return f"{what}: {', '.join(mixed)}" if len(explorer.names) > 1 else what
