"""A report for a person: tables on a terminal, aligned columns elsewhere."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gan_cocktail.inspecting.compare import Distance
from gan_cocktail.inspecting.files import File
from gan_cocktail.inspecting.merging import Merge
from gan_cocktail.inspecting.report import Report
from gan_cocktail.inspecting.wording import size, summary
from gan_cocktail.terminal import harmless

Rows = Sequence[Sequence[str]]


def show(found: Report) -> None:
    """Print a report."""
    names = [file.name for file in found.files]
    table("", ["", *names], _files(found.files))
    if found.settings:
        rows = [[name, *map(str, values)] for name, values in found.settings.items()]
        table("Settings that differ", ["", *names], rows)
    if found.distances:
        title = "Distance of weights (relative: 0 the same, 2 nothing in common)"
        header = ["between", "d", "relative", "share an ancestor", "nearest layer", "farthest layer"]
        table(title, header, [_distance(distance) for distance in found.distances])
    for family in found.families:
        say(f"{family.sentence}\n  {family.command}\n")
    if found.merges:
        table("Can be merged", ["sources", "", "why not"], [_merge(one) for one in found.merges])
    if found.root:
        say(f"Better root: {found.root[0]}; {found.root[1]}.\n")
    say(_cost(found))


def say(text: str) -> None:
    """Print a sentence; on a terminal it is wrapped at words."""
    Console(soft_wrap=not Console().is_terminal, highlight=False).print(Text(text))


def table(title: str, header: Sequence[str], rows: Rows) -> None:
    """Print a table: with lines on a terminal, else its columns aligned and no line wrapped."""
    console, rows = Console(highlight=False), [[harmless(cell) for cell in row] for row in rows]
    if console.is_terminal:
        drawn = Table(title=Text(title) if title else None, box=box.SIMPLE, title_justify="left")
        for cell in header:
            drawn.add_column(Text(cell), overflow="fold")
        for row in rows:
            drawn.add_row(*map(Text, row))
        console.print(drawn)
        return
    everything = [header, *rows]
    widths = [max(len(row[k]) for row in everything) for k in range(len(header))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in everything]
    print("\n".join(line.rstrip() for line in ([title] if title else []) + lines), end="\n\n")


def _files(files: Sequence[File]) -> Rows:
    columns = [_file(file) for file in files]
    return [[key, *(column[key] for column in columns)] for key in columns[0]]


def _file(file: File) -> dict[str, str]:
    told, network = file.facts(), file.model.network
    classes = ", ".join(file.model.class_names[:8]) + (", ..." if network.c_dim > 8 else "")
    channels = {1: "grey", 3: "RGB"}[network.img_channels]
    notes = {key: file.model.info.get(key) for key in ("assumed", "estimated", "dropped")}
    return {
        "file": told["path"],
        "size": size(file.size),
        "SHA-256": file.sha256,
        "format": told["format"],
        "made by": _made_by(file),
        "trained on": _trained_on(file),
        "images": f"{network.img_resolution}x{network.img_resolution}, {channels}",
        "classes": f"{network.c_dim}: {classes}" if network.c_dim else "none",
        "discriminator": network.discriminator if file.model.D else "none",
        "reference": file.statistics.sentence if file.statistics else "none",
        "generator": network.generator,
        "channels": f"{network.channel_base} / resolution, at most {network.channel_max}",
        "z, w": f"{network.z_dim}, {network.w_dim}",
        "mapping layers": str(network.mapping_layers),
        "clamp": str(network.conv_clamp or "none"),
        "weights": f"G {told['parameters']['G']:,}, D {told['parameters']['D']:,}",
        "notes": "; ".join(f"{key}: {', '.join(said)}" for key, said in notes.items() if said) or "none",
    }


def _made_by(file: File) -> str:
    """What the file says of it, of whatever form that is."""
    info = file.model.info
    versions, parents = info.get("versions"), info.get("parents")
    told = [str(info.get("kind", "not told")), str(info.get("name", ""))]
    if isinstance(parents, list) and parents:
        told.append("from " + ", ".join(str(p.get("path")) if isinstance(p, dict) else str(p) for p in parents))
    if isinstance(versions, dict):
        told.append(", ".join(f"{name} {version}" for name, version in versions.items()))
    return "; ".join(part for part in told if part)


def _trained_on(file: File) -> str:
    """What was read for its training, a sentence a dataset: sizes that were resampled among it."""
    read = file.model.info.get("read")
    sentences = read if isinstance(read, list) else [read.get("sentence")] if isinstance(read, dict) else []
    return ". ".join(map(str, sentences)) or "not told"


def _distance(distance: Distance) -> list[str]:
    layers = sorted(distance.layers, key=lambda name: distance.layers[name])
    ends = [f"{name} {distance.layers[name]:.2g}" for name in (layers[0], layers[-1])]
    kin = "yes" if distance.kin else "no"
    alone = "" if any(name.startswith("D.") for name in layers) else " (G alone)"
    return [", ".join(distance.between) + alone, f"{distance.d:.3g}", f"{distance.relative:.2g}", kin, *ends]


def _merge(one: Merge) -> list[str]:
    if not one.able:
        return [", ".join(one.sources), "no", next(iter(one.why_not.values()))]
    which = "any" if len(one.roots) == len(one.sources) else " or ".join(one.roots)
    new = f"{' or '.join(one.with_new_d)} with a new discriminator" if one.with_new_d else ""
    return [
        ", ".join(one.sources),
        f"yes, root: {', or '.join(filter(None, [which, new]))}",
        "; ".join(one.why_not.values()),
    ]


def _cost(found: Report) -> str:
    if not found.cost or not found.speed:
        return f"Not measured: {found.unmeasured}."
    what = "Merging it with another like it" if len(found.files) == 1 else "Merging"
    return f"{what} (ours), with {found.kimg:g} kimg a stage:\n" + "\n".join(summary(found.cost, found.speed))
