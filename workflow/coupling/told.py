"""Errors of the coupling in Snakemake's way: a sentence, without a traceback."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from snakemake.exceptions import WorkflowError

from gan_cocktail.errors import CocktailError

P = ParamSpec("P")
T = TypeVar("T")


def told(step: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """What a step comes to; WorkflowError for its CocktailError."""
    try:
        return step(*arguments, **options)
    except CocktailError as error:
        raise WorkflowError(str(error)) from None
