"""Why a file of another program cannot be read."""

WAY_OUT = (
    "if you trust it, draw images with its own program and give the folder or zip of them as the source's dataset"
)


class Unreadable(Exception):  # noqa: N818  (the end of a sentence that begins with the path)
    """What is wrong with a file, in words that follow its name; the reader makes a CocktailError of it."""


def cut_off(where: int) -> Unreadable:
    """The file ends too early."""
    return Unreadable(f"a cut-off file: it ends at byte {where}, in the middle of its content; fetch it again")


def damaged(what: str) -> Unreadable:
    """The file is no such thing as it begins to be."""
    return Unreadable(f"a damaged file: {what}; fetch it again")


def printable(text: object) -> str:
    """Text out of a file for a message: short, and nothing but ASCII."""
    shown = ascii(text)[1:-1] if isinstance(text, str) else ascii(text)
    return shown if len(shown) <= 80 else shown[:77] + "..."
