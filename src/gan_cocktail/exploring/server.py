"""Serves the page of a model, by default to this machine alone."""

import errno
import socket

from nicegui import app, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware

from gan_cocktail.errors import CocktailError
from gan_cocktail.exploring.explorer import Explorer
from gan_cocktail.exploring.page import Page, title
from gan_cocktail.exploring.waiting import Clock

LOOPBACK = ("127.0.0.1", "localhost", "::1")
ICON = "🍸"


def serve(explorer: Explorer, host: str, port: int, browser: bool) -> None:
    """Serve until interrupted; browser: whether to open one. CocktailError if the port cannot be had.

    On loopback, requests for another host name are refused, so that no page of the web can reach this one by a name
    of its own.
    """
    clock = Clock()
    for _ in range(2):  # the first is slower than all that follow
        with clock.timing(1):
            explorer.draw([explorer.start()])
    if host in LOOPBACK:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, "[::1]"])
    app.on_startup(lambda: print(f"{_url(host, port)} shows {explorer.path}; Ctrl+C ends it", flush=True))
    ui.run(
        lambda: Page(explorer, clock).build(),
        host=host,
        port=port,
        show=browser,
        title=f"{title(explorer)} - GAN Cocktail",
        favicon=ICON,
        dark=None,
        language="en-US",
        reload=False,
        tailwind=False,
        show_welcome_message=False,
    )


def free_port(host: str, port: int) -> int:
    """The port, or one that is free if it is 0; CocktailError if it is taken or the host is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            if e.errno == errno.EADDRINUSE:
                raise CocktailError(f"--port {port}: another program listens there; take another, or 0") from None
            raise CocktailError(f"--host {host}, --port {port}: cannot listen there ({e.strerror or e})") from None
        return int(probe.getsockname()[1])


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
