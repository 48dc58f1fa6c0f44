"""The ways to merge that there are, by name."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.merging.aligned import aligned_mean
from gan_cocktail.merging.dare import dare
from gan_cocktail.merging.fisher import fisher_weighted
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.layers import by_layers
from gan_cocktail.merging.mean import weighted_mean
from gan_cocktail.merging.own_embeddings import own_embeddings
from gan_cocktail.merging.root_discriminator import root_discriminator
from gan_cocktail.merging.slerp import slerp
from gan_cocktail.merging.task import task
from gan_cocktail.merging.ties import ties
from gan_cocktail.params.ways import WAYS, Way

Merge = Callable[[Ingredients, Any], Model]  # and the way's own section of params/ways.py


@dataclass(frozen=True)
class Entry:
    """A way to merge. paper: where it is from, and its address, if it is not ours."""

    merge: Merge
    idea: str
    use_when: str
    needs_root: bool = False
    paper: tuple[str, str] | None = None

    def __call__(self, given: Ingredients, how: Way) -> Model:
        """Merge."""
        return self.merge(given, how)


MERGES: dict[str, Entry] = {
    "mean": Entry(
        weighted_mean,
        "mean of all weights, each model with its share",
        "always the first to try; shares where one model is to show through more",
        paper=("Avrahami et al. 2022", "https://arxiv.org/abs/2106.03847"),
    ),
    "layers": Entry(
        by_layers,
        "the same, with shares of their own by resolution or layer",
        "shapes of one model in the colours and textures of another: the layer swap",
        paper=("Pinkney and Adler 2020", "https://arxiv.org/abs/2010.05334"),
    ),
    "slerp": Entry(
        slerp,
        "on the arc between two models' weights, where the mean is on the chord and shorter",
        "two models, far apart",
        paper=("Shoemake 1985", "https://doi.org/10.1145/325165.325242"),
    ),
    "task": Entry(
        task,
        "the root, plus the sum of the others' differences to it, times a factor",
        "more (or less) of what models learnt than the mean leaves",
        needs_root=True,
        paper=("Ilharco et al. 2023", "https://arxiv.org/abs/2212.04089"),
    ),
    "ties": Entry(
        ties,
        "the same, of the largest differences alone, without those that others contradict",
        "several models that pull the same weights to opposite sides",
        needs_root=True,
        paper=("Yadav et al. 2023", "https://arxiv.org/abs/2306.01708"),
    ),
    "dare": Entry(
        dare,
        "the same, of a random part of the differences, scaled up",
        "several models with small differences to the root",
        needs_root=True,
        paper=("Yu et al. 2024", "https://arxiv.org/abs/2311.03099"),
    ),
    "fisher": Entry(
        fisher_weighted,
        "a mean in which a weight counts by how much its model's images depend on it",
        "models that use different weights; it takes a file of Fisher information of each",
        paper=("Matena and Raffel 2022", "https://arxiv.org/abs/2111.09832"),
    ),
    "aligned": Entry(
        aligned_mean,
        "the others' channels are brought into the root's order, then the mean",
        "models without a common ancestor that are not to be rooted",
        needs_root=True,
        paper=("Ainsworth et al. 2023", "https://arxiv.org/abs/2209.04836"),
    ),
    "own_embeddings": Entry(
        own_embeddings,
        "the mean, but each class keeps the class embedding of its own model",
        "rooted models: the mean dilutes what rooting taught a class's vector",
    ),
    "root_discriminator": Entry(
        root_discriminator,
        "G is the mean, D is the root's",
        "the question whether it is worth averaging D",
        needs_root=True,
    ),
}


def table() -> str:
    """The ways as a table in Markdown, for the docs."""
    lines = ["| way | idea | needs a root? | parameters | use when |", "| --- | --- | --- | --- | --- |"]
    for name, entry in MERGES.items():
        paper = f" ([{entry.paper[0]}]({entry.paper[1]}))" if entry.paper else " (ours)"
        root = "yes" if entry.needs_root else "no"
        lines.append(f"| `{name}` | {entry.idea}{paper} | {root} | {_parameters(WAYS[name])} | {entry.use_when} |")
    return "\n".join(lines)


def _parameters(section: type[Way]) -> str:
    """Each with its default and meaning; a cell's bars would end it."""
    told = []
    for name, field in section.model_fields.items():
        if name != "way":
            default = "" if field.is_required() else f" ({'null' if field.default is None else f'{field.default:g}'})"
            told.append(f"`{name}`{default}: {field.description}")
    return "<br>".join(told) or "none"
