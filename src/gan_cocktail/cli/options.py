"""Options that several verbs share."""

from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml

from gan_cocktail.errors import CocktailError
from gan_cocktail.params import Section, parse_section

S = TypeVar("S", bound=Section)

Out = Annotated[Path, typer.Option(help="File to write.")]
Embedded = Annotated[Path, typer.Option(help="Weights of the embedded extractor.")]
Kimg = Annotated[float, typer.Option(help="Budget: thousands of images shown as real.")]
Seed = Annotated[int, typer.Option(help="The experiment's seed.")]
Settings = Annotated[str, typer.Option(help="The verb's section of params.yaml, as YAML or JSON; defaults elsewhere.")]


def read_section(model: type[S], text: str, option: str = "--settings") -> S:
    """Parse inline YAML or JSON into a section of params; CocktailError says what is wrong."""
    try:
        values: Any = yaml.safe_load(text) or {}
    except yaml.YAMLError as e:
        raise CocktailError(f"{option}: not YAML or JSON: {e}") from None
    if not isinstance(values, dict):
        raise CocktailError(f"{option}: expected a mapping such as 'kimg: 10', found {text!r}")
    return parse_section(model, values, option)


def training_folder(out: Path) -> Path:
    """Where a training keeps its state, log, samples and snapshots: beside the model it makes."""
    return out.with_suffix(".training")
