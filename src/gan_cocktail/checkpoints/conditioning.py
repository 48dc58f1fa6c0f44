"""Stage 0, conditioning: widen a model to N classes so that its function does not change."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.checkpoints.truncation import W_AVG, class_means
from gan_cocktail.errors import CocktailError
from gan_cocktail.networks.discriminator import class_mapping
from gan_cocktail.networks.layers import FullyConnected, normalize_second_moment
from gan_cocktail.params.network import NetworkParams


def widen(
    model: Model,
    classes: int | Sequence[str],
    position: int | Sequence[int],
    seed: int,
    label: int | Sequence[int] | None = None,
    where: str = "the source",
    *,
    leaf: bool = False,
) -> Model:
    """The model with `classes`, a number or their names, its own domain being class `position`.

    For its own class G gives the same images; D gives the same logits for every class of an
    unconditional source (if its class vectors are at least as wide as there are classes, else for its own),
    and for its own class of a conditional one. What is new is drawn at the initial scale of the networks, from
    `seed` alone: sources widened alike share it. label: the class of a conditional source that is its domain; several,
    with a position each, for a source of several domains. where: what errors call the source. leaf: whether it is to
    be rooted in another, and so may lack D, as the result then does.

    Truncation goes to the mean of w of each own class as the source has it; where it has one mean for several classes,
    as other programs' files do, to the class's own, which is computed.

    Raises CocktailError for a source of several classes without a label: which one is its domain is not known.
    """
    if not leaf:
        model.require_discriminator()
    old = model.network
    if old.c_dim > 1 and label is None:
        raise CocktailError(
            f"{where} has {old.c_dim} classes ({', '.join(model.class_names)}); expected an unconditional model or "
            "one class, its domain: say which"
        )
    positions, labels = _several(position), _several(label or 0)
    if len(positions) != len(labels):
        raise CocktailError(f"{where}: expected a position for each of {len(labels)} classes, found {len(positions)}")
    names = () if isinstance(classes, int) else tuple(classes)
    n_classes = classes if isinstance(classes, int) else len(names)
    network = old.model_copy(update={"c_dim": n_classes})
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        G, D = dict(model.G), dict(model.D)
        if old.c_dim == 0:
            _embed_generator(G, network, *positions)
            if D:
                _project_discriminator(D, network, *positions)
        else:
            for state in (G, D) if D else (G,):
                state["mapping.embed.weight"] = _columns(state["mapping.embed.weight"], n_classes, positions, labels)
        means = class_means(network, G | {W_AVG: torch.zeros(n_classes, network.w_dim)})
        told = model.G[W_AVG].reshape(-1, network.w_dim)  # one mean of an unconditional model, else one a class
        if len(told) == 1 or not (told == told[0]).all():
            means[positions] = told[labels]
    return Model(network, G | {W_AVG: means}, D, model.info, names)


def _several(which: int | Sequence[int]) -> list[int]:
    return [which] if isinstance(which, int) else list(which)


def _embed_generator(G: State, network: NetworkParams, position: int) -> None:
    """Give an unconditional mapping network a class embedding.

    The first layer's input grows from z to (z, embedding), so its gain 1 / sqrt(inputs) shrinks: the
    weights of z grow by as much. The new columns are random, and the bias takes away what they
    contribute for the model's own class.
    """
    old = G["mapping.fc0.weight"]
    outputs, z_dim = old.shape
    embed = FullyConnected(network.c_dim, network.embed_dim or network.w_dim)
    inputs = z_dim + embed.weight.shape[0]
    fresh = FullyConnected(inputs, outputs, lr_multiplier=0.01)
    label_columns = fresh.weight[:, z_dim:]
    own = normalize_second_moment(embed(torch.eye(network.c_dim)))[position]
    shift = label_columns @ own * fresh.weight_gain / fresh.lr_multiplier
    G["mapping.fc0.weight"] = torch.cat([old * math.sqrt(inputs / z_dim), label_columns], 1)
    G["mapping.fc0.bias"] = G["mapping.fc0.bias"] - shift
    G |= {f"mapping.embed.{k}": v for k, v in embed.state_dict().items()}


def _project_discriminator(D: State, network: NetworkParams, position: int) -> None:
    """Turn an unconditional logit into a projection on class vectors that equals it for every class.

    With class vectors m_c (rows of M, of width d), the output layer becomes a (x) w: the logit is
    (a . m_c) / sqrt(d) times the old one, so M a = sqrt(d) gives a, of least norm. Where
    more than d classes leave no such a, it is exact for class `position` alone.
    """
    mapping = class_mapping(network)
    classes = mapping(None, torch.eye(network.c_dim)).double()
    target = torch.full((network.c_dim, 1), math.sqrt(network.class_width), dtype=torch.float64)
    a = torch.linalg.lstsq(classes, target, rcond=1e-5, driver="gelsd").solution
    if not torch.allclose(classes @ a, target):  # vectors too narrow to be told apart
        own = classes[position]
        a = own[:, None] * target[position] / own.square().sum()
    a = a.float()
    D["b4.out.weight"] = a * D["b4.out.weight"]
    D["b4.out.bias"] = a[:, 0] * D["b4.out.bias"]
    D |= {f"mapping.{k}": v for k, v in mapping.state_dict().items()}


def _columns(weight: Tensor, n_classes: int, positions: Sequence[int], labels: Sequence[int]) -> Tensor:
    """Embedding [D, C] -> [D, n_classes]; the columns `labels`, now at `positions`, keep their effective size."""
    columns = torch.randn(weight.shape[0], n_classes)
    columns[:, positions] = weight[:, labels] * math.sqrt(n_classes / weight.shape[1])
    return columns
