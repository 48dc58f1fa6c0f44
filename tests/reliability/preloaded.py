"""What a verb imports: a process that has it forks the children that run verbs, so that they begin at once."""

import importlib

from gan_cocktail.cli import VERBS

for verb in VERBS:
    importlib.import_module(f"gan_cocktail.cli.{verb}")
