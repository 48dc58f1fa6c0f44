"""The checkout as DVC opens it."""

import getpass
from typing import Any

from gan_cocktail.errors import CocktailError


def opened() -> Any:
    """DVC's repository, to be closed by `with`.

    Raises CocktailError if this folder is no git checkout, or if the user has no name.
    """
    from dvc.repo import Repo
    from dvc.scm import SCMError

    try:
        getpass.getuser()
    except (KeyError, OSError):
        raise CocktailError(
            "this user has a number and no name, as in some containers, and DVC keeps its locks by name: "
            "`export LOGNAME=me` gives one"
        ) from None
    try:
        return Repo()
    except SCMError as error:
        raise CocktailError(
            f"{error}, as a downloaded archive is not, and DVC keeps its versions beside git's: `git init` makes it "
            "one (an experiment of --configfile does without)"
        ) from None
