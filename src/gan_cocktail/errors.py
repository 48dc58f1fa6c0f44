"""The one family of errors that speak to a person."""


class CocktailError(Exception):
    """A user's mistake: the message says what was expected, what was found, where, and what to do.

    The command line prints the message alone and exits with `exit_code`.
    """

    exit_code = 2


class StoppedError(CocktailError):
    """A signal asked a training to stop; its state is saved, and running it again continues."""

    exit_code = 130
