"""Snakemake started from here, and what is said meanwhile."""

import os
import subprocess
import sys

from gan_cocktail.errors import CocktailError

INSIDE = "GAN_COCKTAIL_SYNC"  # set for the Snakemake that is started here


def snakemake(*arguments: str) -> str:
    """Run it, and return its output; CocktailError if it fails."""
    return _run("snakemake", *arguments)


def touch(paths: list[str]) -> None:
    """Have Snakemake record outputs as made just now, of what they would be made of now; CocktailError if it fails."""
    _run("workflow.coupling.touch", *paths)


def _run(module: str, *arguments: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", module, *arguments], env=os.environ | {INSIDE: "1"}, capture_output=True, text=True
    )
    if run.returncode:
        raise CocktailError(f"{' '.join([module, *arguments[:1]])} failed:\n{run.stdout}{run.stderr}")
    return run.stdout


def say(message: str) -> None:
    """Tell who started the engine."""
    print(f"DVC: {message}", file=sys.stderr)
