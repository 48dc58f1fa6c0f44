"""gan-cocktail traverse: a direction found in one domain, applied in all of them, and measured."""

from pathlib import Path
from typing import Annotated

import torch
import typer

from gan_cocktail.applications.directions import Direction, load
from gan_cocktail.applications.directions import traverse as moved
from gan_cocktail.applications.drawing import draw_table, map_class
from gan_cocktail.applications.effects import control, effect, measure_traverse
from gan_cocktail.checkpoints.model import parent
from gan_cocktail.cli.classes import check_order
from gan_cocktail.cli.drawing import open_generator, save_table
from gan_cocktail.cli.options import Out, Rows, Seed
from gan_cocktail.data.images import check_png
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import write_json
from gan_cocktail.provenance import describe
from gan_cocktail.seeds import latents


def traverse(
    model: Annotated[Path, typer.Argument(help="The union GAN.")],
    direction: Annotated[Path, typer.Argument(help="File of gan-cocktail direction.")],
    out: Out,
    metrics: Annotated[Path | None, typer.Option(help="JSON to write: what it does in each domain.")] = None,
    domains: Annotated[
        str, typer.Option(help="Names of the classes for the JSON, comma-separated; default the model's.")
    ] = "",
    reach: Annotated[float, typer.Option(min=0, help="Largest step, in standard deviations.")] = 3,
    columns: Annotated[int, typer.Option(min=3, help="Steps from -reach to reach; odd.")] = 7,
    rows: Rows = 3,
    n_images: Annotated[int, typer.Option(min=2, help="Latents a domain to measure.")] = 200,
    seed: Seed = 0,
) -> None:
    """Draw the same latents in every class, moved along a direction: `rows` rows a class."""
    check_png(out)
    G, own = open_generator(model)
    found = load(direction)
    names = domains.split(",") if domains else own
    check_order(names, own, model)
    _check(G.w_dim, found.normal.numel(), columns, names, len(own))
    own_class = _class_of(found, own, direction, model) if metrics else 0
    print("rows:", ", ".join(names))
    steps = torch.linspace(-reach, reach, columns)
    z = latents(rows, G.z_dim, seed, "grid")
    tables = [draw_table(G, moved(map_class(G, z, k), found, steps), seed) for k in range(len(own))]
    save_table(torch.cat(tables), out, "traverse", [model, direction], reach=reach, seed=seed)
    if metrics is None:
        return
    attribute, z = found.info["attribute"], latents(n_images, G.z_dim, seed, "traverse")
    facts = {"attribute": attribute, "found_in": names[own_class]}
    results = []
    for k, name in enumerate(names):
        w = map_class(G, z, k)
        values = measure_traverse(G, w, found, steps, attribute, seed)
        done = effect(values, steps)
        chance = control(G, w, found, steps, attribute, seed, values[:, columns // 2])
        results.append(facts | {"domain": name} | vars(done) | {"control": chance, "n_images": n_images})
    info = describe("traverse", seed=seed, parents=[parent(model), parent(direction)])
    write_json(metrics, {"info": info, "steps": steps.tolist(), "accuracy": found.accuracy, "rows": results})


def _class_of(found: Direction, own: list[str], direction: Path, model: Path) -> int:
    """The class of a model that a direction was found in, by its name; CocktailError if the model has no such class."""
    label = found.info["label"]
    name = found.info.get("class", own[label] if label < len(own) else str(label))  # older files have no name
    if name not in own:
        raise CocktailError(
            f"{direction}: expected a direction of a class of {model} ({', '.join(own)}), found one of {name}; leave "
            "--metrics out, or find one in this model"
        )
    return own.index(name)


def _check(w_dim: int, found: int, columns: int, names: list[str], n: int) -> None:
    if w_dim != found:
        raise CocktailError(f"the model's W has {w_dim} dimensions, the direction {found}; find one in this model")
    if columns % 2 == 0:
        raise CocktailError(f"--columns: expected an odd number, so that step 0 is one of them; found {columns}")
    if len(names) != n:
        raise CocktailError(f"--domains: expected {n} names, one a class, found {len(names)}")
