"""Snakemake started from here, and what is said meanwhile."""

import os
import subprocess
import sys

from gan_cocktail.errors import CocktailError

INSIDE = "GAN_COCKTAIL_SYNC"  # set for the Snakemake that is started here


def snakemake(*arguments: str) -> str:
    """Run it, and return its output; CocktailError if it fails."""
    command = [sys.executable, "-m", "snakemake", *arguments]
    run = subprocess.run(command, env=os.environ | {INSIDE: "1"}, capture_output=True, text=True)
    if run.returncode:
        raise CocktailError(f"{' '.join(command[2:4])} failed:\n{run.stdout}{run.stderr}")
    return run.stdout


def say(message: str) -> None:
    """Tell who started the engine."""
    print(f"DVC: {message}", file=sys.stderr)
