"""A folder in the convention of Hugging Face's hub: weights, config and model card; and the class that loads it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import ModelHubMixin, hf_hub_download
from torch import Tensor

from gan_cocktail.applications.seeds import draw_seeds
from gan_cocktail.checkpoints.classes import find_class
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.data.images import grid, png
from gan_cocktail.exporting.card import card
from gan_cocktail.exporting.measured import check_evaluation
from gan_cocktail.files import atomic, write_text

WEIGHTS, CONFIG, CARD, GRID = "model.safetensors", "config.json", "README.md", "grid.png"
COLUMNS = 8  # of the card's grid


class UnionGAN(ModelHubMixin, library_name="gan-cocktail", tags=["gan", "stylegan2"]):
    """A model that is kept in a folder, or a repository of the hub.

    UnionGAN.from_pretrained("folder or owner/name") loads one, save_pretrained and push_to_hub write one.
    evaluation: what `gan-cocktail evaluate` wrote of it, for the model card.
    """

    def __init__(self, model: Model, evaluation: Mapping[str, Any] | None = None):
        self.model, self.evaluation = model, check_evaluation(evaluation, "evaluation") if evaluation else None

    @property
    def classes(self) -> list[str]:
        """The names of what it draws."""
        return self.model.class_names

    def draw(self, class_: str | int = "", seeds: Sequence[int] = (0,), psi: float = 1.0) -> Tensor:
        """uint8 images [N, C, H, W] of a class, one a seed; psi: truncation, 1 for none.

        Raises CocktailError for what is no class, or for none where there are several.
        """
        label = find_class(str(class_), self.classes, "the model's classes", "class_")
        return draw_seeds(self.model.generator(), label, seeds, psi)

    def _save_pretrained(self, save_directory: Path) -> None:
        save(self.model, save_directory / WEIGHTS)
        write_text(save_directory / CONFIG, json.dumps(config(self.model), indent=1) + "\n")
        images = [self.draw(name, range(COLUMNS)) for name in self.classes]
        with atomic(save_directory / GRID) as temporary:
            temporary.write_bytes(png(grid(torch.cat(images), COLUMNS)))
        write_text(save_directory / CARD, card(self.model, GRID, self.evaluation))

    @classmethod
    def _from_pretrained(cls, *, model_id: str, **options: Any) -> "UnionGAN":
        folder = Path(model_id)
        if folder.is_dir():
            return cls(load(folder / WEIGHTS))
        known = ("revision", "cache_dir", "force_download", "local_files_only", "token")
        kept = {name: options[name] for name in known if name in options}
        return cls(load(Path(hf_hub_download(model_id, WEIGHTS, **kept))))


def config(model: Model) -> dict[str, Any]:
    """What config.json says: the networks' settings and the names of the classes; model.safetensors says it too."""
    return {"library": "gan-cocktail", "classes": model.class_names, "network": model.network.model_dump()}
