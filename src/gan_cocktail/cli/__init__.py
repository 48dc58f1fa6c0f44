"""The command line: one verb a file, each the rule of the same name in the pipeline."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import typer

from gan_cocktail.checkpoints.formats.table import describe
from gan_cocktail.errors import CocktailError
from gan_cocktail.recognise import is_pickle, recognise

VERBS = (
    "inspect",
    "new",
    "generate",
    "explore",
    "project",
    "export",
    "train_source",
    "synthesize",
    "reference",
    "discriminator",
    "widen",
    "root",
    "fisher",
    "average",
    "merge",
    "evaluate",
    "distances",
    "samples",
    "interpolate",
    "swap",
    "mix",
    "direction",
    "traverse",
    "tables",
    "figure",
    "curves",
    "report_distances",
    "report",
    "import_features",
    "schema",
)


def build(verbs: Sequence[str]) -> typer.Typer:
    """The application with the given verbs; only their modules are imported."""
    app = typer.Typer(
        help="Merge pretrained GANs into one conditional GAN, without their training data.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)  # verbs stay subcommands even if there is one alone
    for verb in verbs:
        app.command()(getattr(import_module(f"gan_cocktail.cli.{verb}"), verb))
    return app


def _refuse_bad_checkpoints(arguments: Sequence[str]) -> None:
    """Refuse pickles that cannot be read before PyTorch is imported, which takes seconds and half a gigabyte."""
    for name in arguments:
        if os.path.isfile(name) and is_pickle(recognise(Path(name))):
            describe(Path(name))


def main() -> None:
    """Run a verb; a user's mistake ends with one message and its exit code (2)."""
    asked = sys.argv[1].replace("-", "_") if len(sys.argv) > 1 else ""
    try:
        if asked != "inspect":  # which tells of all files that it is given
            _refuse_bad_checkpoints(sys.argv[2:])
        build([asked] if asked in VERBS else VERBS)()  # PyTorch takes seconds to import, tables need none
    except CocktailError as e:
        print(f"gan-cocktail: {e}", file=sys.stderr)
        sys.exit(e.exit_code)
