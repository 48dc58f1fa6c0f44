"""One style for every figure: fonts, colours, and files that are the same bytes each time."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib import font_manager
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import atomic
from gan_cocktail.params.figures import FigureParams

PALETTES = {  # safe for colour-blind readers; their yellows, which vanish on white, left out
    "okabe-ito": ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"],  # Okabe & Ito 2008
    "tol-bright": ["#4477aa", "#ee6677", "#228833", "#aa3377", "#66ccee", "#bbbbbb"],  # Paul Tol's technical note
    "tol-muted": ["#332288", "#cc6677", "#117733", "#88ccee", "#882255", "#44aa99", "#999933", "#aa4499"],
}
MARKERS = "osD^vPX<>*"
LINES: list[Any] = ["-", "--", "-.", (0, (1, 1))]
DATES: dict[str, dict[str, Any]] = {  # what a format would record of the day and the program
    ".pdf": {"CreationDate": None},
    ".png": {"Software": None},
    ".svg": {"Date": None},
}

HANDLE = 6.0  # room of a legend's line and the gaps beside it, in font sizes
NARROW = 4.5  # inches; a narrower figure has its panels one below the other
VECTOR = (".pdf", ".svg")


@dataclass(frozen=True)
class Look:
    """How the k-th of several lines is drawn; colour, marker and dashes all differ."""

    color: str
    marker: str
    linestyle: Any


def look(k: int, settings: FigureParams) -> Look:
    """The k-th line's look; lines that share a colour differ in marker and dashes."""
    named = settings.palette
    colours = PALETTES[named] if isinstance(named, str) else named
    turn, place = divmod(k, len(colours))
    return Look(colours[place], MARKERS[k % len(MARKERS)], LINES[(place + turn) % len(LINES)])


def small_size(settings: FigureParams) -> float:
    """Size of ticks and legends, points; no smaller than what print still shows."""
    return max(6.0, settings.font_size - 1)


@contextmanager
def styled(settings: FigureParams) -> Iterator[None]:
    """Draw and save in the style of the parameters; CocktailError if the font is not installed."""
    try:
        font_manager.findfont(settings.font, fallback_to_default=False)
    except ValueError:
        raise CocktailError(
            f"figures.font: no font family {settings.font!r} on this machine; install it, or take 'DejaVu Sans', which "
            "comes with matplotlib"
        ) from None
    small = small_size(settings)
    style: dict[Any, Any] = {
        "font.family": settings.font,
        "font.size": settings.font_size,
        "axes.titlesize": settings.font_size,
        "axes.labelsize": settings.font_size,
        "legend.fontsize": small,
        "legend.title_fontsize": small,
        "xtick.labelsize": small,
        "ytick.labelsize": small,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "axes.grid": True,
        "grid.linewidth": 0.4,
        "grid.color": "#dddddd",
        "lines.linewidth": 1.1,
        "lines.markersize": 3.5,
        "legend.frameon": False,
        "pdf.fonttype": 42,  # embedded as TrueType
        "svg.hashsalt": "",
    }
    with matplotlib.rc_context(style):
        yield


def text_width(labels: Sequence[str], settings: FigureParams) -> float:
    """Width of the longest label, inches."""
    with styled(settings):
        canvas = FigureCanvasAgg(Figure(dpi=100))
        texts = [canvas.figure.text(0, 0, label) for label in labels]
        return float(max(text.get_window_extent(canvas.get_renderer()).width for text in texts)) / 100


def legend_columns(labels: Sequence[str], settings: FigureParams) -> int:
    """How many columns of a legend fit into a figure's width."""
    size = small_size(settings)
    entry = text_width(labels, settings) * size / settings.font_size + HANDLE * size / 72
    return max(1, min(4, int(settings.width // entry)))


def save_figure(figure: Figure, path: Path, settings: FigureParams) -> None:
    """Write a figure atomically as .png, .pdf or .svg, the same bytes for the same figure."""
    if path.suffix not in DATES:
        raise CocktailError(f"{path}: expected a figure's name to end with one of {', '.join(DATES)}")
    for axes in figure.axes:
        for image in axes.images:  # a PDF holds an image's own pixels, a PNG resamples them smoothly
            image.set_interpolation("none" if path.suffix in VECTOR else "antialiased")
    with atomic(path) as temporary, styled(settings):
        figure.savefig(temporary, dpi=settings.dpi, metadata=DATES[path.suffix])
