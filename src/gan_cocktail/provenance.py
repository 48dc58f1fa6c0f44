"""What made an artifact, as every artifact carries it inside."""

import hashlib
import json
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from gan_cocktail import __version__


def plain(value: Any) -> Any:
    """Sections of params as mappings, everywhere in nested facts."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


def describe(kind: str, **facts: Any) -> dict[str, Any]:
    """Provenance of an artifact: its kind, the given facts (sections of params as plain values), versions."""
    versions = {"gan_cocktail": __version__, "torch": version("torch")}
    return {"kind": kind} | plain(facts) | {"versions": versions}


def fingerprint(**facts: Any) -> str:
    """One hash of everything that decides a result, to recognise the same job again."""
    return hashlib.sha256(json.dumps(plain(facts), sort_keys=True).encode()).hexdigest()
