"""Which files of the repository its pages link to."""

import os
import re
from collections.abc import Iterable
from pathlib import Path

LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#\s]+)(#[^)\s]*)?\)")  # its text may hold an image or link
OUTSIDE = re.compile(r"[a-z]+:")


def targets(markdown: str) -> list[str]:
    """The paths that a page links to or shows, as they are written."""
    found = list(LINK.finditer(markdown))
    inner = [path for match in found for path in targets(match[2])]
    return [match[3] for match in found if not OUTSIDE.match(match[3])] + inner


def linked(root: Path, start: Iterable[Path]) -> list[Path]:
    """These files and all that they link to, and so on, by paths from the root, sorted; folders are left out.

    What is not there is left out too: MkDocs then warns of the link.
    """
    found: set[Path] = set()
    left = list(start)
    while left:
        path = left.pop()
        if path in found or not (root / path).is_file():
            continue
        found.add(path)
        if path.suffix == ".md":
            text = (root / path).read_text(encoding="utf-8")
            left += [Path(os.path.normpath(path.parent / target)) for target in targets(text)]
    return sorted(found)


def plain_folders(markdown: str, folder: Path) -> str:
    """A page of that folder, its links to folders replaced by their texts."""
    return LINK.sub(lambda match: match[2] if (folder / match[3]).is_dir() else match[0], markdown)
