"""The pages of the library, which mkdocstrings fills in from docstrings: what `gan_cocktail` shows, and its rooms."""

from pathlib import Path

import gan_cocktail

LIBRARY = Path(gan_cocktail.__file__).parent
FOLDER = "docs/reference/library"
LESS = "---\nsearch: {boost: 0.3}\n---\n\n"  # found after what was written for users
FRONT = """# gan_cocktail

What the package shows to those who import it. [A script](../python.md) uses it; the rooms of the library have
pages of their own. The fields of `TrainingParams` and `EvaluationParams` are the keys of
[`training`](parameters.md#training) and [`evaluation`](parameters.md#evaluation) in params.yaml.

"""


def front() -> str:
    """Markdown: the public names."""
    named = sorted(gan_cocktail.__all__, key=lambda name: (name[0].isupper(), name))
    return FRONT + "\n".join(f"::: gan_cocktail.{name}\n    options: {{heading_level: 2}}\n" for name in named)


def pages() -> dict[str, str]:
    """Markdown by path: a page a room (a package or module of the library), all its modules in it."""
    rooms = sorted({path.relative_to(LIBRARY).parts[0].removesuffix(".py") for path in LIBRARY.rglob("*.py")})
    shown = [room for room in rooms if not room.startswith("_") and room != "cli"]
    return {f"{FOLDER}/{room}.md": _room(room) for room in shown}


def _room(room: str) -> str:
    options = "{show_root_heading: false, show_submodules: true, heading_level: 2}"
    return f"{LESS}# {room}\n\n::: gan_cocktail.{room}\n    options: {options}\n"
