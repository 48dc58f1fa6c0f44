"""gan-cocktail validate: is everything sound that an experiment is made of?"""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.errors import CocktailError
from gan_cocktail.files import read_text
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.validating import problems


def validate(
    configfile: Annotated[Path, typer.Option(help="The experiment's file.")] = Path("params.yaml"),
) -> None:
    """Read every file that an experiment names, to the last image and tensor, and name all that are bad."""
    written = read_yaml(read_text(configfile), str(configfile))
    plan = Plan(parse_section(Params, written, str(configfile)))
    if wrong := problems(plan):
        raise CocktailError(f"{configfile}: {len(wrong)} to mend:\n" + "\n".join(wrong))
    typer.echo(f"{configfile}: every file that it names is sound")
