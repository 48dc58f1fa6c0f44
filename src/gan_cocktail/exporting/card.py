"""The model card of a folder for the hub."""

from collections.abc import Mapping
from typing import Any

from gan_cocktail.ancestry import sources
from gan_cocktail.checkpoints.model import Model

HEAD = """---
library_name: gan-cocktail
tags: [gan, stylegan2, image-generation, model-merging]
---
"""


def card(model: Model, grid: str, evaluation: Mapping[str, Any] | None = None) -> str:
    """Markdown: what the model draws, how to load it, what it was made of and how, how good it is, limits.

    evaluation: what `gan-cocktail evaluate` wrote of it.
    """
    n, names = model.network, model.class_names
    sections = [
        f"{HEAD}\n# {_title(model)}",
        f"Draws {_and(names)} at {n.img_resolution}x{n.img_resolution} pixels: one StyleGAN2 of {_size(model)}"
        + (f" with {len(names)} classes." if n.c_dim else "."),
        f"![One row a class, one column a seed]({grid})",
        f"## Use\n```python\n{_snippet(names)}\n```",
        f"## Made of\n{_parents(model.info)}\n\n{_sources(model.info)}",
        f"## Recipe\n{_recipe(model.info)}",
        f"## Measured\n{_measured(evaluation)}",
        "## Limits\nTuned on images that its sources drew, not on real ones: it draws nothing better than they do.",
        "## Terms\n*To be filled in: those of its sources, and of what they were trained on, bind it too.*",
    ]
    return "\n\n".join(sections) + "\n"


def _title(model: Model) -> str:
    return " + ".join(model.classes) if model.classes else "A StyleGAN2"


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _size(model: Model) -> str:
    return f"{sum(tensor.numel() for tensor in model.G.values()) / 1e6:.1f} million weights"


def _snippet(names: list[str]) -> str:
    shown = f'"{names[-1]}", ' if len(names) > 1 else ""
    return (
        "from gan_cocktail import UnionGAN\n\n"
        'gan = UnionGAN.from_pretrained("path/to/this/folder")  # or its name on the hub\n'
        f"images = gan.draw({shown}seeds=range(8), psi=0.7)  # uint8 [8, C, H, W]"
    )


def _parents(info: dict[str, Any]) -> str:
    parents = info.get("parents", [])
    lines = [f"- `{each['path']}`, SHA-256 `{each['sha256']}`" for each in parents]
    return "\n".join(lines) or "Nothing is recorded."


def _sources(info: dict[str, Any]) -> str:
    """What these were made from in the end, and of which data, as far as files are here that say it."""
    lines = [f"- `{each.path}`, SHA-256 `{each.sha256}`{_data(each.info or {})}" for each in sources(info)]
    return "\n".join(["These, in the end, of:", *lines]) if lines else ""


def _data(info: dict[str, Any]) -> str:
    n = f" ({info['n_images']:,} images)" if isinstance(info.get("n_images"), int) else ""
    return f": trained on {info['dataset']}{n}" if info.get("dataset") else ""


def _measured(evaluation: Mapping[str, Any] | None) -> str:
    """FID and KID of the last stage, a row a domain, and what they are of."""
    if not evaluation:
        return "Nothing was measured."
    info, rows = evaluation["info"], evaluation["rows"]
    last = [row for row in rows if row["kimg"] == max(each["kimg"] for each in rows)]
    found = {(row["domain"], row["metric"]): row for row in last if row["metric"] in ("fid", "kid")}
    domains = list(dict.fromkeys(domain for domain, _ in found))
    table = [f"| {d} | {found[d, 'fid']['mean']:.3g} | {found[d, 'kid']['mean']:.3g} |" for d in domains]
    n, extractor = info["settings"]["n_images"], info["extractor"]["name"]
    told = f"{n:,} images a domain, features of {extractor}, seed {info['seed']}; smaller is better."
    return "\n".join(["| domain | FID | KID |", "|---|---:|---:|", *table, "", told])


def _recipe(info: dict[str, Any]) -> str:
    keys = ("kind", "kimg", "probabilities", "truncation_psi", "seed", "read")
    lines = [f"- {key.replace('_', ' ')}: {info[key]}" for key in keys if key in info]
    settings = ", ".join(f"{name} {value}" for name, value in info.get("settings", {}).items())
    return "\n".join(lines + ([f"- training: {settings}"] if settings else [])) or "Nothing is recorded."
