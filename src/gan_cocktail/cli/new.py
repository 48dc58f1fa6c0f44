"""gan-cocktail new: write an experiment that merges what a person has."""

from importlib.util import find_spec
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.cli.options import Seconds
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import write_text
from gan_cocktail.inspecting.experiment import command, text
from gan_cocktail.inspecting.kin import whole_family
from gan_cocktail.inspecting.naming import check_free, choose_root, read_given
from gan_cocktail.inspecting.proposal import cost, fit, methods_for, propose
from gan_cocktail.inspecting.recipe import recipe
from gan_cocktail.inspecting.speed import speed
from gan_cocktail.inspecting.wording import summary, telling_excess, telling_references


def new(
    name: Annotated[str, typer.Argument(help="Of the experiment: it is written to experiments/NAME.yaml.")],
    source: Annotated[
        list[str],
        typer.Option(help="A source, 'NAME=PATH': a checkpoint, or a folder or zip of images that something drew."),
    ],
    dataset: Annotated[
        list[str] | None, typer.Option(help="A source to train first, 'NAME=PATH': a folder or zip of real images.")
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option("--class", help="Of a checkpoint of several: one alone, 'NAME=CLASS', by name or from 0."),
    ] = None,
    root: Annotated[str, typer.Option(help="The source that the others are rooted in; default: the better one.")] = "",
    hours: Annotated[float, typer.Option(min=0.001, help="What everything may take on this machine.")] = 8,
    kimg: Annotated[float | None, typer.Option(min=0.1, help="Budget of a stage, instead of --hours.")] = None,
    seconds: Seconds = 60,
) -> None:
    """Write experiments/NAME.yaml, which fits two or more sources and this machine, and say how to run it."""
    path = check_free(name)
    given = read_given(source, dataset or (), class_ or ())
    chosen, why = choose_root(given, root)
    how = recipe(chosen.model.network, device.pick())
    found = speed(chosen.path, chosen.model.network, how, seconds)
    if found.at_least and kimg is None:
        raise CocktailError(
            f"--hours: how long training takes is not known: {seconds:g} seconds are too few for all kinds of steps; "
            "give more with --seconds, or a budget with --kimg"
        )
    methods = methods_for(given, chosen.name, how)
    params = propose(given, chosen.name, how, kimg or fit(given, chosen, how, methods, found, hours), methods)
    took = cost(params, chosen, found)
    write_text(path, text(path, params, given, chosen, took, found))
    (mixture,) = params.mixtures
    typer.echo(f"{path}: {mixture}, root: {chosen.name} ({why})")
    family = whole_family(given)
    if family:
        typer.echo(f"{family.sentence}\n  {family.command}\nThe experiment fine-tunes it on what all of them draw.")
    if not chosen.model.D:
        typer.echo(f"{chosen.name} has no discriminator: a new one is trained first, for {params.rooting.kimg:g} kimg.")
    typer.echo("\n".join([*telling_references(given), *summary(took, found)]))
    for sentence in telling_excess(took, hours, path) if kimg is None else ():
        typer.echo(sentence)
    if find_spec("snakemake") is None:
        typer.echo("What runs it is not installed: pip install 'gan-cocktail[workflow]'.")
    typer.echo(f"\n{command(path)}")
