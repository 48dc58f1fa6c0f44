"""A model on disk: one safetensors file with G (its moving average), D, and what made them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan_cocktail.checkpoints.classes import is_name
from gan_cocktail.checkpoints.formats.assemble import read
from gan_cocktail.checkpoints.formats.table import is_foreign
from gan_cocktail.checkpoints.truncation import W_AVG, with_class_means
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.networks.discriminator import Discriminator
from gan_cocktail.networks.generator import Generator
from gan_cocktail.networks.shapes import shapes
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.tensors import check_finite, load_tensors, save_tensors, with_prefix

State = dict[str, Tensor]
CLASS_SETTINGS = ("embed_dim", "class_mapping_layers", "class_dim", "class_embed_dim", "class_mapping_dim")


@dataclass
class Model:
    """Weights of a generator and a discriminator with their architecture and provenance.

    info: JSON-able; holds at least `kind` (source, rooted, merged_initialisation, union, ...).
    D may be empty: a snapshot keeps the generator alone. classes: their names, in order; none if they have none.
    """

    network: NetworkParams
    G: State
    D: State = field(default_factory=dict)
    info: dict[str, Any] = field(default_factory=dict)
    classes: Sequence[str] = ()

    @property
    def class_names(self) -> list[str]:
        """A name for each class, its number if it has none; an unconditional model draws one."""
        return list(self.classes) or [str(k) for k in range(max(1, self.network.c_dim))]

    @classmethod
    def random(cls, network: NetworkParams, seed: int) -> "Model":
        """A freshly initialised model; the global random state stays as it was."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return cls(network, Generator(network).state_dict(), Discriminator(network).state_dict())

    def generator(self) -> Generator:
        """A generator with these weights."""
        G = Generator(self.network)
        G.load_state_dict(self.G)
        return G.eval().requires_grad_(False)

    def discriminator(self) -> Discriminator:
        """A discriminator with these weights; CocktailError if there are none."""
        self.require_discriminator()
        D = Discriminator(self.network)
        D.load_state_dict(self.D)
        return D.eval().requires_grad_(False)

    def require_discriminator(self) -> None:
        """Raise CocktailError, naming the file if it is another program's, if there is no discriminator."""
        if not self.D:
            raise CocktailError(
                f"{self.info.get('file', 'the model')}: it has no discriminator, which this step needs; train one "
                "(gan-cocktail discriminator, or `discriminator_kimg` of the source), or take a checkpoint with D"
            )


def save(model: Model, path: Path) -> None:
    """Write the model atomically; CocktailError if a weight is not finite."""
    tensors = {f"G.{k}": v for k, v in model.G.items()} | {f"D.{k}": v for k, v in model.D.items()}
    check_finite(tensors, path)
    named = {"classes": list(model.classes)} if model.classes else {}
    save_tensors(tensors, {"network": model.network.model_dump(), "info": model.info} | named, path)


def check_tensors(path: Path, part: str, state: State, network: NetworkParams) -> None:
    """Raise CocktailError, naming the tensor and both shapes, if G or D (`part`) is not as the settings say."""
    expected = shapes(Generator if part == "G" else Discriminator, network)
    for name in sorted(expected.keys() | state.keys()):
        found = tuple(state[name].shape) if name in state else None
        if found != expected.get(name):
            raise CocktailError(
                f"{path}: tensor {part}.{name}: expected {expected.get(name, 'none')} by its network settings, "
                f"found {found or 'none'}; the file does not fit its own description"
            )


def read_generator(path: Path, G: State, network: NetworkParams) -> State:
    """The weights of a file, checked; where it has one mean of w for all classes, their own are computed."""
    one_for_all = network.c_dim > 0 and W_AVG in G and G[W_AVG].ndim == 1
    if one_for_all:
        G = G | {W_AVG: G[W_AVG].expand(network.c_dim, -1)}
    check_tensors(path, "G", G, network)
    return with_class_means(network, G) if one_for_all else G


def load(path: Path) -> Model:
    """Read a model, of ours or of another program: the content of the file tells, not its name.

    CocktailError if it is missing, broken, does not fit its description, or cannot be represented here. Nothing in a
    file is ever run.
    """
    if is_foreign(path):
        return Model(*read(path))
    tensors, facts = load_tensors(path, "a model")
    if not {"network", "info"} <= facts.keys():
        found = facts.get("info", {}).get("kind", "another file of this project")
        raise CocktailError(f"{path}: expected a model, found {found}; check the path")
    network = parse_section(NetworkParams, facts["network"], str(path))
    G, D = read_generator(path, with_prefix(tensors, "G."), network), with_prefix(tensors, "D.")
    if D:
        check_tensors(path, "D", D, network)
    return Model(network, G, D, facts["info"], _class_names(path, facts.get("classes", []), network.c_dim))


def _class_names(path: Path, told: Any, c_dim: int) -> tuple[str, ...]:
    """Names that a file gives its classes. They become names of files, so a path is none."""
    fit = isinstance(told, list) and all(map(is_name, told))
    if not fit or (told and not len(set(told)) == len(told) == c_dim):
        raise CocktailError(
            f"{path}: expected different names of its {c_dim} classes, without / and \\, found {told!r:.100}; "
            "the file does not fit its own description"
        )
    return tuple(told)


def check_alike(one: Model, other: Model, names: tuple[str, str], why: str) -> None:
    """Raise CocktailError if two models differ in any setting of their networks or in the names of their classes.

    names: what to call them; why: what is not possible then, and what to do. Settings of class vectors do not
    count between models without classes, which have none.
    """
    differ = one.network.differences(other.network)
    if not one.network.c_dim and not other.network.c_dim:
        differ = {k: v for k, v in differ.items() if k not in CLASS_SETTINGS}
    if one.classes and other.classes and list(one.classes) != list(other.classes):
        differ["classes"] = (", ".join(one.classes), ", ".join(other.classes))
    if differ:
        told = "; ".join(f"{k} is {a} in {names[0]} and {b} in {names[1]}" for k, (a, b) in differ.items())
        raise CocktailError(f"{why}: {told}")


def parent(path: Path) -> dict[str, str]:
    """How an artifact names what it was made from."""
    return {"path": path.as_posix(), "sha256": sha256(path)}
