"""gan-cocktail merge: fine-tune an initialisation on all domains; the union GAN."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail import device
from gan_cocktail.checkpoints.model import load, parent, save
from gan_cocktail.checkpoints.snapshots import save_snapshots
from gan_cocktail.cli.options import Kimg, Out, Seed, Settings, read_section, read_shares, training_folder
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.unions import tune
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.provenance import describe
from gan_cocktail.training.run import snapshot_path


def merge(
    model: Annotated[Path, typer.Argument(help="The initialisation (merged, or a widened root).")],
    datasets: Annotated[list[Path], typer.Argument(help="Synthetic datasets, one a class, in order.")],
    out: Out,
    kimg: Kimg,
    probabilities: Annotated[str, typer.Option(help="Class probabilities, comma-separated; default uniform.")] = "",
    from_scratch: Annotated[bool, typer.Option(help="Draw new weights; take the architecture alone.")] = False,
    snapshots: Annotated[str, typer.Option(help="kimg at which to keep the generator, comma-separated.")] = "",
    snapshots_out: Annotated[Path | None, typer.Option(help="File for those generators.")] = None,
    settings: Settings = "",
    seed: Seed = 0,
) -> None:
    """Train on all domains at once (stage 2, step 2, and the baselines)."""
    initial, recipe = load(model), read_section(TrainingParams, settings)
    if initial.network.c_dim != len(datasets):
        raise CocktailError(f"{model}: {initial.network.c_dim} classes, but {len(datasets)} datasets were given")
    shares = read_shares(probabilities, len(datasets))
    keep = [float(k) for k in snapshots.split(",") if k]
    if max(keep, default=0) > kimg:
        raise CocktailError(f"--snapshots: {max(keep):g} kimg is beyond the budget, --kimg {kimg:g}")
    parents = [parent(path) for path in (model, *datasets)]
    folder = training_folder(out)
    union = tune(
        initial,
        datasets,
        shares,
        name=f"merge/{len(datasets)}",
        kimg=kimg,
        settings=recipe,
        seed=seed,
        parents=parents,
        from_scratch=from_scratch,
        folder=folder,
        device=device.pick(),
        snapshots=keep,
    )
    union.info = describe(
        "union",
        kimg=kimg,
        probabilities=shares,
        from_scratch=from_scratch,
        settings=recipe,
        seed=seed,
        parents=parents,
    )
    save(union, out)
    if snapshots_out:
        kept = {k: load(snapshot_path(folder, k)).G for k in keep}
        save_snapshots(kept, initial.network, snapshots_out)
