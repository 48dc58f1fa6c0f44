"""The checkout as DVC opens it."""

from typing import Any

from gan_cocktail.errors import CocktailError


def opened() -> Any:
    """DVC's repository, to be closed by `with`; CocktailError if this folder is no git checkout."""
    from dvc.repo import Repo
    from dvc.scm import SCMError

    try:
        return Repo()
    except SCMError as error:
        raise CocktailError(
            f"{error}, as a downloaded archive is not, and DVC keeps its versions beside git's: `git init` makes it "
            "one (an experiment of --configfile does without)"
        ) from None
