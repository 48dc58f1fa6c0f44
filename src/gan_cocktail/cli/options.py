"""Options that several verbs share."""

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import typer

from gan_cocktail.errors import CocktailError
from gan_cocktail.params.base import Section, nearest, parse_section
from gan_cocktail.params.evaluation import Feature
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.yaml_text import read_yaml

S = TypeVar("S", bound=Section)

Out = Annotated[Path, typer.Option(help="File to write.")]
Figures = Annotated[list[Path], typer.Option("--out", help="Figures to write; .png, .pdf or .svg says the format.")]
Kimg = Annotated[float, typer.Option(min=0, help="Budget: thousands of images shown as real.")]
Images = typer.Argument(
    help="What each class is shown, in order: datasets (zip or folder), or checkpoints of sources, drawn from anew."
)
Psi = Annotated[float, typer.Option(min=0, max=1, help="Truncation of sources that are drawn from anew; 1: none.")]
Seed = Annotated[int, typer.Option(help="The experiment's seed.")]
Reading = Annotated[str, typer.Option(help="How its images are read: `reading` of a source, as YAML or JSON.")]
Readings = Annotated[
    list[str] | None,
    typer.Option(
        "--reading", help="How images are read: `reading` of a source, as YAML or JSON; one a dataset, in order."
    ),
]
Class = Annotated[
    str, typer.Option("--class", help="Of a model of several classes: which one, by name or by number from 0.")
]
OwnClasses = Annotated[
    str,
    typer.Option(
        "--class",
        help="Of a model of several classes: which one, by name or by number from 0; of a root that is several, each, "
        "comma-separated.",
    ),
]
SourceClass = Annotated[
    str,
    typer.Option(
        help="Of a source that is drawn from and has several classes: which one, by name or by number from 0. "
        "Of several sources comma-separated, in order, with nothing for one that needs none."
    ),
]
Pair = Annotated[str, typer.Option(help="Two classes, by name or by number from 0, comma-separated.")]
Rows = Annotated[int, typer.Option(min=1, help="Latents, one a row: those of the sample grid.")]
Seconds = Annotated[float, typer.Option(min=1, help="For timing steps of training; PyTorch's start not counted.")]
Labels = Annotated[str, typer.Option(help='Names of methods to print, as JSON: {"ours": "GAN Cocktail", ...}.')]


def settings_of(section: str) -> Any:
    """The option --settings of a verb that goes by a section of params.yaml."""
    return typer.Option("--settings", help=f"`{section}` of params.yaml, as YAML or JSON; defaults elsewhere.")


def read_section(model: type[S], text: str, option: str = "--settings") -> S:
    """Parse inline YAML or JSON into a section of params; CocktailError says what is wrong."""
    values: Any = read_yaml(text, option) or {}
    if not isinstance(values, dict):
        raise CocktailError(f"{option}: expected a mapping such as 'kimg: 10', found {text!r}")
    return parse_section(model, values, option)


def read_readings(texts: list[str] | None) -> list[ReadingParams]:
    """How each of several datasets is read; none: as usual."""
    return [read_section(ReadingParams, text, "--reading") for text in texts or []]


def read_labels(text: str) -> dict[str, str]:
    """Labels by method name from inline YAML or JSON; CocktailError if it is no such mapping."""
    labels: Any = read_yaml(text, "--labels") or {}
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise CocktailError(f'--labels: expected a mapping such as \'{{"ours": "GAN Cocktail"}}\', found {text!r}')
    return {str(name): label for name, label in labels.items()}


def check_extractors(names: Iterable[str], option: str) -> None:
    """Raise CocktailError for a name that is no extractor's."""
    known = get_args(Feature)
    for unknown in [name for name in names if name not in known]:
        raise CocktailError(f"{option}: unknown extractor {unknown!r}{nearest(unknown, known)}")


def read_weights(options: Sequence[str]) -> dict[str, Path]:
    """Paths of weights by extractor, from NAME=PATH each."""
    found = dict(option.split("=", 1) for option in options if "=" in option)
    if len(found) < len(options):
        raise CocktailError(f"--weights: expected NAME=PATH, each name once, found {' '.join(options)}")
    check_extractors(found, "--weights")
    return {name: Path(path) for name, path in found.items()}


def read_teachers(options: Sequence[str]) -> list[Path | None]:
    """Paths of models, one a class, None where it is `none`."""
    return [None if option == "none" else Path(option) for option in options]


def read_shares(text: str, n: int) -> list[float]:
    """Class probabilities of n classes from 'p,p,...', scaled to sum to one; uniform if empty."""
    try:
        shares = [float(p) for p in text.split(",") if p] or [1.0] * n
    except ValueError:
        shares = []
    if len(shares) != n or not all(0 < share < math.inf for share in shares):
        raise CocktailError(f"--probabilities: expected {n} positive numbers such as 0.5,0.5, found {text!r}")
    return [share / sum(shares) for share in shares]


def read_kimg(text: str, end: float) -> list[float]:
    """kimg of snapshots from 'kimg,kimg,...', within a training of `end` kimg."""
    try:
        kimg = [float(k) for k in text.split(",") if k]
    except ValueError:
        raise CocktailError(f"--snapshots: expected kimg such as 2,4.5, found {text!r}") from None
    if kimg and not 0 < min(kimg) <= max(kimg) <= end:
        raise CocktailError(f"--snapshots: expected kimg above 0 and within the budget, --kimg {end:g}, found {text}")
    return kimg


def training_folder(out: Path) -> Path:
    """Where a training keeps its state, log, samples and snapshots: beside the model it makes."""
    return out.with_name(f"{out.name.removesuffix('.safetensors')}.training")
