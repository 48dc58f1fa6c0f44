"""gan-cocktail export: a model as other tools load it."""

from pathlib import Path
from typing import Annotated

import typer

from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import Model, load
from gan_cocktail.cli.options import Class
from gan_cocktail.errors import CocktailError
from gan_cocktail.exporting.hub import UnionGAN
from gan_cocktail.exporting.measured import read_evaluation
from gan_cocktail.exporting.single_class import single_class
from gan_cocktail.exporting.table import EXPORTS
from gan_cocktail.params.base import nearest

HUB = "hub"
FORMATS = (  # a test compares it with EXPORTS
    "hub: a folder for Hugging Face's hub; rosinality: rosinality/stylegan2-pytorch's .pt, of one class; "
    "ada: state dict with stylegan2-ada-pytorch's names, .pt; onnx: ONNX of all classes (or, with --class, of one)"
)


def export(
    model: Annotated[Path, typer.Argument(help="The union GAN, or any other model.")],
    to: Annotated[str, typer.Option(help=f"{FORMATS}.")],
    out: Annotated[
        Path, typer.Option(help="Folder for hub; else the file, or a folder to put it, or one a class, into.")
    ],
    class_: Class = "",
    evaluation: Annotated[
        Path | None, typer.Option(help="Its measurements, JSON of gan-cocktail evaluate, for the hub's model card.")
    ] = None,
) -> None:
    """Write a model in the format of another tool; a format of one class gets one file a class."""
    if to not in (HUB, *EXPORTS):
        raise CocktailError(f"--to: unknown format {to!r}{nearest(to, (HUB, *EXPORTS))}")
    loaded, name = load(model), model.stem
    if class_:
        label = find_class(class_, loaded.class_names, f"the classes of {model}")
        name = loaded.class_names[label] if loaded.network.c_dim else name
        loaded = single_class(loaded, label)
    if to == HUB:
        UnionGAN(loaded, read_evaluation(evaluation, model) if evaluation else None).save_pretrained(out)
        typer.echo(f"{out}: say in its README.md under which terms it may be used")
        return
    form = EXPORTS[to]
    parts = _parts(loaded, out, form.suffix) if form.one_class and loaded.network.c_dim else None
    for path, one in parts or [(_file(out, name, form.suffix), loaded)]:
        said = form.write(one, path)
        typer.echo("\n".join([str(path), *(f"  {sentence}" for sentence in said)]))


def _parts(model: Model, out: Path, suffix: str) -> list[tuple[Path, Model]]:
    """A file and a model of one class each, in a folder."""
    if out.suffix == suffix:
        raise CocktailError(
            f"--out {out}: a file holds one class and the model has {', '.join(model.class_names)}; say which with "
            "--class, or give a folder"
        )
    return [(out / f"{name}{suffix}", single_class(model, k)) for k, name in enumerate(model.class_names)]


def _file(out: Path, name: str, suffix: str) -> Path:
    """The file that was asked for; a path that is a folder, or has no suffix, is one to put it into."""
    return out / f"{name}{suffix}" if out.is_dir() or not out.suffix else out
