"""The command line: one verb a file, each the rule of the same name in the pipeline."""

import sys

import typer

from gan_cocktail.cli.average import average
from gan_cocktail.cli.evaluate import evaluate
from gan_cocktail.cli.figures import figures
from gan_cocktail.cli.merge import merge
from gan_cocktail.cli.reference import reference
from gan_cocktail.cli.root import root
from gan_cocktail.cli.samples import samples
from gan_cocktail.cli.schema import schema
from gan_cocktail.cli.synthesize import synthesize
from gan_cocktail.cli.tables import tables
from gan_cocktail.cli.train_features import train_features
from gan_cocktail.cli.train_source import train_source
from gan_cocktail.cli.widen import widen
from gan_cocktail.errors import CocktailError

app = typer.Typer(
    help="Merge pretrained GANs into one conditional GAN, without their training data.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
VERBS = (
    train_source,
    synthesize,
    reference,
    widen,
    root,
    average,
    merge,
    evaluate,
    samples,
    tables,
    figures,
    train_features,
    schema,
)
for verb in VERBS:
    app.command()(verb)


@app.callback()
def _verbs() -> None:
    pass


def main() -> None:
    """Run a verb; a user's mistake ends with one message and exit code 2."""
    try:
        app()
    except CocktailError as e:
        print(f"gan-cocktail: {e}", file=sys.stderr)
        sys.exit(2)
