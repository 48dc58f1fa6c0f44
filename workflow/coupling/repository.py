"""The checkout as DVC opens it."""

import getpass
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import write_text
from workflow.coupling.remembered import kept
from workflow.coupling.stamps import files

READ = Path(".snakemake/read_by_dvc.json")  # by path: the stamp of what DVC was made to read


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


def read_again(repo: Any, stamps: Mapping[str, str]) -> None:
    """Make DVC read inputs again, given with their stamps, unless it was made to since they were written to last.

    By itself it knows a file by time, size and inode, and `cp -p` can leave all.
    """
    known = kept(READ)
    for path in {path for path, stamp in stamps.items() if known.get(path) != stamp}:
        for _, file in files(path):
            repo.state.hashes.pop(os.path.abspath(file), None)
    write_text(READ, json.dumps({**known, **stamps}))
