"""The page: the picture, a row of pictures, the controls, the downloads; one Page a visitor."""

from pathlib import Path
from typing import cast

from nicegui import background_tasks, run, ui

from gan_cocktail.checkpoints.classes import numbered
from gan_cocktail.errors import CocktailError
from gan_cocktail.exploring.class_section import class_section
from gan_cocktail.exploring.controls import Controls
from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.latent_section import directions_section, latent_section
from gan_cocktail.exploring.offers import Offers
from gan_cocktail.exploring.pictures import SMALL, Drawn, Pictures, drawn
from gan_cocktail.exploring.rows import NONE, Cell, kinds, row
from gan_cocktail.exploring.second_section import second_section
from gan_cocktail.exploring.state import State
from gan_cocktail.exploring.waiting import PATIENCE, Clock
from gan_cocktail.exploring.widgets import press, text

STYLE = Path(__file__).with_name("explore.css")
MANY = 6  # names in a title
NOTE = "Move a slider, or pick a picture of the row. All have the stored noise, so that they differ in w alone."


class Page:
    """What one visitor sees: a state, its picture, and a row about it."""

    def __init__(self, explorer: Explorer, clock: Clock) -> None:
        self.explorer, self.clock, self.state = explorer, clock, explorer.start()
        self.kinds = kinds(explorer.names, list(explorer.directions))
        slow = clock.seconds * len(self._cells(self.state, self.kinds[0])) > 2 * PATIENCE
        self.kind = NONE if slow else self.kinds[0]
        self.drawn: tuple[State, str] | None = None
        self.busy = False
        self.row: list[State] = []

    def build(self) -> None:
        """Lay the page out, and draw."""
        ui.add_css(STYLE)
        size = self.explorer.model.network.img_resolution
        with ui.element("main").classes("explorer"):
            with ui.element("header").classes("top"):
                text("h1", title(self.explorer))
                with ui.element("div").classes("line"):
                    text("p", f"{size} x {size} pixels. {NOTE}").classes("grow")
                    press("Start over", lambda: self.change(self.explorer.start()))
            self.pictures = Pictures(size, self.kinds, self.kind, self.change, self._choose)
            with ui.element("div").classes("controls"):
                self.controls = Controls(self.explorer, lambda: self.state, self.change)
                for build in (latent_section, class_section, directions_section, second_section):
                    build(self.controls)
                Offers(self.explorer, self.pictures).build()
        ui.timer(0.01, self.draw, once=True)

    def change(self, state: State) -> None:
        """Show another state."""
        if state != self.state:
            self.state = state
            self.controls.show(state)
            background_tasks.create(self.draw())

    def _choose(self, kind: str) -> None:
        """Show another row."""
        self.kind = kind
        background_tasks.create(self.draw())

    async def draw(self) -> None:
        """Draw until what is shown is what the controls say; a state that has passed by then is not drawn."""
        if self.busy:
            return
        self.busy = True
        try:
            while self.drawn != (self.state, self.kind):
                wanted = self.state, self.kind
                try:
                    await self._draw(*wanted)
                    self.pictures.say("")
                except CocktailError as e:
                    self.pictures.say(str(e))
                self.drawn = wanted
        finally:
            self.busy = False

    async def _draw(self, state: State, kind: str) -> None:
        """The picture, then the row, unless the controls say something else by then or it is there already."""
        if self.pictures.state != state:
            self._wait_for(1)
            (picture,) = await self._images([state])
            self.pictures.show(self.explorer, state, picture)
        cells = self._cells(state, kind)
        if [cell.state for cell in cells] != self.row:
            images = await self._row(state, kind, [cell.state for cell in cells])
            if images is None:
                return
            self.row = [cell.state for cell in cells]
            self.pictures.show_row(cells, images)
        self.pictures.mark(state)

    async def _row(self, state: State, kind: str, wanted: list[State]) -> list[Drawn] | None:
        """Pictures of a row, a few at a time; none as soon as the controls say something else."""
        images: list[Drawn] = []
        while len(images) < len(wanted):
            if (self.state, self.kind) != (state, kind):
                return None
            self._wait_for(len(wanted) - len(images))
            images += await self._images(wanted[len(images) :][: self.clock.at_once()], SMALL)
        return images

    def _wait_for(self, n: int) -> None:
        self.pictures.say(self.clock.sentence(n, self.explorer.model.network.img_resolution))

    async def _images(self, states: list[State], most: int | None = None) -> list[Drawn]:
        with self.clock.timing(len(states)):
            return cast(list[Drawn], await run.io_bound(drawn, self.explorer, states, most))

    def _cells(self, state: State, kind: str) -> list[Cell]:
        return row(kind, state, self.explorer.names, list(self.explorer.directions), self.explorer.num_ws)


def title(explorer: Explorer) -> str:
    """What the page is called: the names of the classes, or of the file where they have none or are many."""
    names = explorer.names
    return explorer.path.name if numbered(names) or len(names) > MANY else ", ".join(names)
