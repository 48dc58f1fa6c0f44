"""The one family of errors that speak to a person."""

from collections.abc import Iterator
from contextlib import contextmanager


class CocktailError(Exception):
    """A user's mistake: the message says what was expected, what was found, where, and what to do.

    The command line prints the message alone and exits with `exit_code`.
    """

    exit_code = 2


class StoppedError(CocktailError):
    """A signal asked a training to stop; its state is saved, and running it again continues."""

    exit_code = 130


class Problems(list[str]):
    """What is wrong, a sentence each, each once."""

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Go on after a CocktailError, which is noted."""
        try:
            yield
        except CocktailError as e:
            if str(e) not in self:
                self.append(str(e))
