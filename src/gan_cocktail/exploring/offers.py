"""The downloads of the page: files of what is shown when one asks."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from nicegui import run, ui

from gan_cocktail.data.images import grid, png
from gan_cocktail.exploring.downloads import class_name, file_name, write_class, write_latent
from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.pictures import Pictures
from gan_cocktail.exploring.state import State
from gan_cocktail.exploring.widgets import press, section


class Offers:
    """The section with the buttons; files lie in a folder of this visitor until the page is closed."""

    def __init__(self, explorer: Explorer, pictures: Pictures) -> None:
        self.explorer, self.pictures = explorer, pictures
        self.folder = tempfile.TemporaryDirectory(prefix="gan-cocktail-")
        ui.context.client.on_delete(self.folder.cleanup)

    def build(self) -> None:
        """The buttons, and which class is a model of its own."""
        names = self.explorer.names
        with section("Download"), ui.element("div").classes("line"):
            press("Picture (PNG)", self._picture)
            press("Row (PNG)", self._row)
            press("z and w (safetensors)", self._latent)
            if len(names) > 1:
                self.label = ui.select(dict(enumerate(names)), value=0, label="Class").props("dense outlined")
                press("Model of this class (safetensors)", self._class)

    def _picture(self) -> None:
        if self.pictures.state is not None:
            ui.download(png(self.pictures.image), f"{self._name(self.pictures.state)}.png")

    def _row(self) -> None:
        if self.pictures.state is not None and len(self.pictures.row):
            ui.download(
                png(grid(self.pictures.row, len(self.pictures.row))), f"{self._name(self.pictures.state)}-row.png"
            )

    async def _latent(self) -> None:
        state = self.pictures.state
        if state is not None:
            await self._file(f"{self._name(state)}.safetensors", lambda path: write_latent(self.explorer, state, path))

    async def _class(self) -> None:
        label = int(self.label.value)
        await self._file(
            f"{class_name(self.explorer, label)}.safetensors", lambda path: write_class(self.explorer, label, path)
        )

    async def _file(self, name: str, write: Callable[[Path], None]) -> None:
        path = Path(self.folder.name) / name
        await run.io_bound(write, path)
        ui.download.file(path, name)

    def _name(self, state: State) -> str:
        return file_name(self.explorer, state)
