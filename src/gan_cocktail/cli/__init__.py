"""The command line: one verb a file, each the rule of the same name in the pipeline."""

import sys
from collections.abc import Sequence
from importlib import import_module

import typer

from gan_cocktail.errors import CocktailError

VERBS = (
    "train_source",
    "synthesize",
    "reference",
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


def main() -> None:
    """Run a verb; a user's mistake ends with one message and its exit code (2)."""
    asked = sys.argv[1].replace("-", "_") if len(sys.argv) > 1 else ""
    try:
        build([asked] if asked in VERBS else VERBS)()  # PyTorch takes seconds to import, tables need none
    except CocktailError as e:
        print(f"gan-cocktail: {e}", file=sys.stderr)
        sys.exit(e.exit_code)
