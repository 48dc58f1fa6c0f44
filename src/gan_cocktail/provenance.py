"""What made an artifact, as every artifact carries it inside."""

import hashlib
import json
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from gan_cocktail import __version__


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return value


def describe(kind: str, **facts: Any) -> dict[str, Any]:
    """Provenance of an artifact: its kind, the given facts (sections of params as plain values), versions."""
    versions = {"gan_cocktail": __version__, "torch": version("torch")}
    return {"kind": kind} | _plain(facts) | {"versions": versions}


def fingerprint(**facts: Any) -> str:
    """One hash of everything that decides a result, to recognise the same job again."""
    return hashlib.sha256(json.dumps(_plain(facts), sort_keys=True).encode()).hexdigest()
