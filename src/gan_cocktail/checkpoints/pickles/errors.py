"""Why a file of another program cannot be read."""

from typing import Any

WAY_OUT = "to merge it all the same, draw images with its own program and give the zip or folder of them as `images`"
LARGEST = 2**62  # of a number that anything is counted with
LONGEST = 80  # letters of a name, or of a value in a message


class Unreadable(Exception):  # noqa: N818  (the end of a sentence that begins with the path)
    """What is wrong with a file, in words that follow its name; the reader makes a CocktailError of it."""


def cut_off(where: int) -> Unreadable:
    """The file ends too early."""
    return Unreadable(f"a cut-off file: it ends at byte {where}, in the middle of its content; fetch it again")


def damaged(what: str) -> Unreadable:
    """The file is no such thing as it begins to be."""
    return Unreadable(f"a damaged file: {what}; fetch it again")


def printable(text: object) -> str:
    """A value out of a file for a message: short, and nothing but ASCII.

    Of containers the kind alone: a small file can hold one whose text is endless.
    """
    if isinstance(text, str):
        shown = ascii(text[: LONGEST + 1])[1:-1]
    else:
        shown = ascii(text) if is_scalar(text) else f"of the type {type(text).__name__.lower()}"
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 3] + "..."


def is_scalar(value: object) -> bool:
    """Whether a value is None, a name, or a number of a usual size."""
    if isinstance(value, str):
        return len(value) <= LONGEST
    return value is None or isinstance(value, float) or (isinstance(value, int) and abs(value) < LARGEST)


def scalar(value: object, name: str) -> Any:
    """The value of a setting; Unreadable if it is none that a setting has."""
    if not is_scalar(value):
        raise Unreadable(f"{name} is {printable(value)}, expected a number or a name")
    return value
