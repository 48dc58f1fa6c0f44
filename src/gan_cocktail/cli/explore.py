"""gan-cocktail explore: a local page of a model."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.errors import CocktailError
from gan_cocktail.exploring.explorer import open_explorer


def explore(
    model: Annotated[Path, typer.Argument(help="The union GAN, or any other model.")],
    direction: Annotated[
        list[Path] | None, typer.Option(help="File of gan-cocktail direction, found in this model; may be repeated.")
    ] = None,
    projected: Annotated[
        list[Path] | None, typer.Option(help="w.safetensors of gan-cocktail project; may be repeated.")
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 lets others see the page, who need no password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any that is free.")] = 8080,
    browser: Annotated[bool, typer.Option(help="Open the page in a browser.")] = True,
) -> None:
    """Show a model on a local page: seeds, mixes of classes, psi, directions, projected images, downloads."""
    try:
        from gan_cocktail.exploring.server import free_port, serve
    except ImportError as e:
        raise CocktailError(f"explore needs the package nicegui ({e}): pip install 'gan-cocktail[explore]'") from None
    chosen = free_port(host, port)
    serve(open_explorer(model, direction or [], projected or []), host, chosen, browser)
