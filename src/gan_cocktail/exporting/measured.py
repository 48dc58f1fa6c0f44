"""An evaluation of a model, for its model card: whether it is one, and of this model."""

from pathlib import Path
from typing import Any

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_json, sha256


def read_evaluation(path: Path, model: Path) -> dict[str, Any]:
    """What `gan-cocktail evaluate` wrote of a model's file; CocktailError if it is something else, or of another."""
    found = check_evaluation(read_json(path), f"--evaluation {path}")
    recorded = found["info"].get("parents")
    parents = [p for p in recorded if isinstance(p, dict)] if isinstance(recorded, list) else []
    digest = sha256(model)
    if not any(parent.get("sha256") == digest for parent in parents):
        of = parents[0].get("path", "a file without a name") if parents else "a model that it does not name"
        raise CocktailError(
            f"--evaluation {path}: expected measurements of {model} (SHA-256 {digest[:12]}), found those of {of}, "
            "another file; give the model's own, or measure it with gan-cocktail evaluate"
        )
    return found


def check_evaluation(found: Any, where: str) -> dict[str, Any]:
    """The same, if it has the form of an evaluation; else CocktailError."""
    info = found.get("info") if isinstance(found, dict) else None
    if not isinstance(info, dict) or info.get("kind") != "evaluation" or not found.get("rows"):
        kind = f"JSON of kind {info['kind']!r}" if isinstance(info, dict) and "kind" in info else "other JSON"
        raise CocktailError(
            f"{where}: expected what gan-cocktail evaluate writes with --out, found {kind}; give that file, or none"
        )
    return found
