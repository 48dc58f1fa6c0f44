"""What was computed of a file's content, kept beside Snakemake's records: the same content needs no second look.

Parsing the library takes longer than all else that a dry run does with it.
"""

import atexit
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gan_cocktail.files import write_text

CACHE = Path(".snakemake/code.json")
MAKERS = ("code.py", "digests.py")  # whose edit makes all of it worthless


def remembered(what: str, source: bytes, compute: Callable[[], Any]) -> Any:
    """The JSON-able result of `compute`, which is a function of `what` and `source` alone."""
    known = _known()
    key = hashlib.sha256(b"\0".join([_makers(), what.encode(), source])).hexdigest()
    if key not in known:
        known[key] = compute()
        _save_at_exit()
    return known[key]


@cache
def _makers() -> bytes:
    return b"\0".join(Path(__file__).with_name(name).read_bytes() for name in MAKERS)


def kept(path: Path) -> dict[str, Any]:
    """The JSON object in a file beside Snakemake's records; empty if it is absent or not whole."""
    with suppress(OSError, ValueError):
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
    return {}


@cache
def _known() -> dict[str, Any]:
    return kept(CACHE)


@cache
def _save_at_exit() -> None:
    atexit.register(_save)


def _save() -> None:
    with suppress(OSError):  # where nothing can be written, it is computed again
        write_text(CACHE, json.dumps(_known()))
