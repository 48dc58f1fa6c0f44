"""Stage 0, conditioning: widen a model to N classes so that its function does not change."""

import math

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.layers import FullyConnected, Mapping, normalize_second_moment
from gan_cocktail.params.network import NetworkParams


def widen(model: Model, n_classes: int, position: int, seed: int, where: str = "the source") -> Model:
    """The model with n_classes classes, its own domain being class `position`; `where`: what errors call it.

    For its own class G gives the same images; D gives the same logits for every class of an
    unconditional source, and for its own class of a source that had one class. What is new is
    drawn at the initial scale of the networks, from `seed` alone: sources widened alike share it.

    Raises CocktailError for a source of more than one class: which one is its domain is not known.
    """
    old = model.network
    if old.c_dim > 1:
        raise CocktailError(
            f"{where}: it has {old.c_dim} classes; expected an unconditional model or one class, its domain"
        )
    network = old.model_copy(update={"c_dim": n_classes})
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        G, D = dict(model.G), dict(model.D)
        if old.c_dim == 0:
            _embed_generator(G, network, position)
            _project_discriminator(D, network)
        else:
            for state in (G, D):
                state["mapping.embed.weight"] = _add_columns(state["mapping.embed.weight"], n_classes, position)
    return Model(network, G, D, model.info)


def _embed_generator(G: State, network: NetworkParams, position: int) -> None:
    """Give an unconditional mapping network a class embedding.

    The first layer's input grows from z to (z, embedding), so its gain 1 / sqrt(inputs) shrinks: the
    weights of z grow by as much. The new columns are random, and the bias takes away what they
    contribute for the model's own class.
    """
    old = G["mapping.fc0.weight"]
    z_dim, inputs = old.shape[1], old.shape[1] + network.w_dim
    embed = FullyConnected(network.c_dim, network.w_dim)
    fresh = FullyConnected(inputs, network.w_dim, lr_multiplier=0.01)
    label_columns = fresh.weight[:, z_dim:]
    own = normalize_second_moment(embed(torch.eye(network.c_dim)))[position]
    shift = label_columns @ own * fresh.weight_gain / fresh.lr_multiplier
    G["mapping.fc0.weight"] = torch.cat([old * math.sqrt(inputs / z_dim), label_columns], 1)
    G["mapping.fc0.bias"] = G["mapping.fc0.bias"] - shift
    G |= {f"mapping.embed.{k}": v for k, v in embed.state_dict().items()}


def _project_discriminator(D: State, network: NetworkParams) -> None:
    """Turn an unconditional logit into a projection on class vectors that equals it for every class.

    With class vectors m_c (rows of M, of width d), the output layer becomes a (x) w: the logit is
    (a . m_c) / sqrt(d) times the old one, so M a = sqrt(d) gives a, of least norm.
    """
    width = network.channels(4)
    mapping = Mapping(0, network.c_dim, width, network.class_mapping_layers, track_average=False)
    classes = mapping(None, torch.eye(network.c_dim)).double()
    target = torch.full((network.c_dim, 1), math.sqrt(width), dtype=torch.float64)
    a = torch.linalg.lstsq(classes, target, driver="gelsd").solution.float()
    D["b4.out.weight"] = a * D["b4.out.weight"]
    D["b4.out.bias"] = a[:, 0] * D["b4.out.bias"]
    D |= {f"mapping.{k}": v for k, v in mapping.state_dict().items()}


def _add_columns(weight: Tensor, n_classes: int, position: int) -> Tensor:
    """Embedding [D, 1] -> [D, n_classes]; the old column, at `position`, keeps its effective size."""
    columns = torch.randn(weight.shape[0], n_classes)
    columns[:, position] = weight[:, 0] * math.sqrt(n_classes)
    return columns
