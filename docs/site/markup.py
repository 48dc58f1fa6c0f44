"""Tables of Markdown."""

from collections.abc import Sequence


def row(*cells: str) -> str:
    """A row of a table."""
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '&#124;') for cell in cells)} |"


def table(head: Sequence[str], rows: Sequence[str]) -> str:
    """A table of such rows; nothing if there are none."""
    return "\n".join([row(*head), row(*["---"] * len(head)), *rows, ""]) if rows else ""
