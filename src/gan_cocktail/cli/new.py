"""gan-cocktail new: write an experiment that merges some checkpoints."""

from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.cli.inspect import Seconds
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import write_text
from gan_cocktail.inspecting.experiment import command, text
from gan_cocktail.inspecting.files import read_files
from gan_cocktail.inspecting.naming import check_free, choose_root, read_classes, read_sources
from gan_cocktail.inspecting.proposal import cost, fit, methods_for, propose
from gan_cocktail.inspecting.recipe import recipe
from gan_cocktail.inspecting.speed import speed
from gan_cocktail.inspecting.wording import summary


def new(
    name: Annotated[str, typer.Argument(help="Of the experiment: it is written to experiments/NAME.yaml.")],
    source: Annotated[list[str], typer.Option(help="A source and its checkpoint, 'NAME=PATH'; two or more.")],
    class_: Annotated[
        list[str] | None,
        typer.Option("--class", help="Of a source of several classes: which one, 'NAME=CLASS', by name or from 0."),
    ] = None,
    root: Annotated[str, typer.Option(help="The source that the others are rooted in; default: the better one.")] = "",
    hours: Annotated[float, typer.Option(min=0.001, help="What everything may take on this machine.")] = 8,
    kimg: Annotated[float | None, typer.Option(min=0.1, help="Budget of a stage, instead of --hours.")] = None,
    seconds: Seconds = 60,
) -> None:
    """Write experiments/NAME.yaml, which fits some checkpoints and this machine, and say how to run it."""
    path = check_free(name)
    sources = read_sources(source)
    files = read_files(list(sources.values()), list(sources), read_classes(class_ or (), sources))
    chosen, why = choose_root(files, root)
    how = recipe(chosen.model.network, device.pick())
    found = speed(chosen.path, chosen.model.network, how, seconds)
    if found.at_least and kimg is None:
        raise CocktailError(
            f"--hours: how long training takes is not known: {seconds:g} seconds are too few for all kinds of steps; "
            "give more with --seconds, or a budget with --kimg"
        )
    methods = methods_for(files, chosen.name, how)
    params = propose(files, chosen.name, how, kimg or fit(files, chosen, how, methods, found, hours), methods)
    took = cost(params, chosen, found)
    write_text(path, text(path, params, files, took, found))
    (mixture,) = params.mixtures
    typer.echo(f"{path}: {mixture}, root: {chosen.name} ({why})")
    typer.echo("\n".join(summary(took, found)))
    typer.echo(f"\n{command(path)}")
