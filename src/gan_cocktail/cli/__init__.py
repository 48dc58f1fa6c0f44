"""The command line: one verb a file, each the rule of the same name in the pipeline."""

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import __version__
from gan_cocktail.cli.several import hush, in_several, is_first
from gan_cocktail.errors import CocktailError
from gan_cocktail.recognise import is_pickle, recognise

GROUPS = {  # of the help, by what a person wants
    "Merge": ("inspect", "new", "widen", "root", "merge", "finetune"),
    "Draw and use": ("generate", "explore", "project", "export"),
    "One latent space": ("interpolate", "swap", "mix", "direction", "traverse"),
    "Sources": ("train_source", "synthesize", "reference", "discriminator", "fisher"),
    "Measure and show": (
        "evaluate", "distances", "samples", "provenance", "tables", "figure", "curves", "report_distances",
        "report",
    ),
    "Upkeep": ("validate", "import_features", "schema"),
}  # fmt: skip
COMPLETING = "_GAN_COCKTAIL_COMPLETE"  # a shell that asks what may follow sets it
VERBS = tuple(verb for verbs in GROUPS.values() for verb in verbs)


def build(verbs: Sequence[str], find: Callable[[str], Callable[..., None]] | None = None) -> typer.Typer:
    """The application with the given verbs; only their modules are imported, or none, if `find` finds functions."""
    app = typer.Typer(
        help="Merge pretrained GANs into one conditional GAN, without their training data.",
        no_args_is_help=True,
        invoke_without_command=True,
        add_completion=len(verbs) > 1,  # the help of one verb need not tell of it
        pretty_exceptions_enable=False,
    )
    app.callback()(_everywhere)  # with it verbs stay subcommands even if there is one alone
    for verb in verbs:
        group = next(name for name, some in GROUPS.items() if verb in some)
        app.command(rich_help_panel=group)((find or _imported)(verb))
    return app


def _everywhere(
    version: Annotated[bool, typer.Option("--version", is_eager=True, help="Print the version and exit.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Before the verb: say nothing but errors.")] = False,
) -> None:
    if quiet:
        hush()
    if version:
        print(f"gan-cocktail {__version__}")
        raise typer.Exit()


def _imported(verb: str) -> Callable[..., None]:
    return getattr(import_module(f"gan_cocktail.cli.{verb}"), verb)


def _described(verb: str) -> Callable[..., None]:
    """What a verb does and takes; it cannot be run."""
    from gan_cocktail.cli.signature import signature

    return signature(Path(__file__).with_name(f"{verb}.py"), verb)


def _named(verb: str) -> Callable[..., None]:
    """What a verb does."""
    from gan_cocktail.cli.signature import signature

    return signature(Path(__file__).with_name(f"{verb}.py"), verb, parameters=False)


def _refuse_bad_checkpoints(arguments: Sequence[str]) -> None:
    """Refuse pickles that cannot be read before PyTorch is imported, which takes seconds and half a gigabyte."""
    for option, name in pairwise(["", *arguments]):
        if option != "--out" and os.path.isfile(name) and is_pickle(recognise(Path(name))):
            from gan_cocktail.checkpoints.formats.table import describe

            describe(Path(name))


def _refuse_old_names(asked: str, arguments: Sequence[str]) -> None:
    """Say what verbs are called now; fine-tuning, once `merge`, always has --kimg, which merging never has."""
    if asked == "average":
        raise CocktailError("`average` is called `merge` now: gan-cocktail merge A B --out ...")
    if asked == "merge" and any(word.split("=")[0] == "--kimg" for word in arguments):
        raise CocktailError(
            "what `merge` was is called `finetune` now: gan-cocktail finetune MODEL IMAGES ... --kimg ..."
        )


def main() -> None:
    """Run a verb; a user's mistake ends with one message and its exit code (2), a machine's fault with one and 1."""
    asked = next((word.replace("-", "_") for word in sys.argv[1:] if not word.startswith("-")), "")
    try:
        _refuse_old_names(asked, sys.argv[2:])
        if asked != "inspect":  # which tells of all files that it is given
            _refuse_bad_checkpoints(sys.argv[2:])
        in_several(asked)
        if not is_first():
            hush()
        if COMPLETING in os.environ:
            build(VERBS, _described)()
        elif asked not in VERBS:
            build(VERBS, _named)()
        else:  # PyTorch takes seconds to import: help needs none, nor do tables
            build([asked], _described if "--help" in sys.argv else None)()
    except CocktailError as e:
        print(f"gan-cocktail: {e}", file=sys.stderr)
        sys.exit(e.exit_code)
    except (OSError, MemoryError, RuntimeError) as e:
        from gan_cocktail.failures import sentence

        if not (told := sentence(e)):
            raise
        print(f"gan-cocktail: {told}", file=sys.stderr)
        sys.exit(1)
