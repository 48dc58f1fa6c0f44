"""The checkout as DVC opens it: what is wrong is told in a sentence."""

import pwd

import pytest

from gan_cocktail.errors import CocktailError
from workflow.coupling import repository


def test_a_user_without_a_name_is_told_how_to_have_one(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(number):
        raise KeyError(f"getpwuid(): uid not found: {number}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    with pytest.raises(CocktailError, match="export LOGNAME=me"):
        repository.opened()
