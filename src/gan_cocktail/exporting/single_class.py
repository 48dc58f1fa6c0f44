"""One class of a conditional model as an unconditional model of its own: conditioning (stage 0), the other way."""

import math
from dataclasses import replace

import torch

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.checkpoints.truncation import W_AVG
from gan_cocktail.networks.discriminator import class_mapping
from gan_cocktail.networks.layers import FullyConnected, normalize_second_moment
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.tensors import with_prefix

EMBEDDING = "mapping.embed."


@torch.no_grad()
def single_class(model: Model, label: int) -> Model:
    """The model of class `label` alone: its images, its logits and its mean w stay the same; no classes.

    What the class adds before the mapping's first layer becomes that layer's bias, and the projection on the class
    vector joins the discriminator's last layer. An unconditional model is returned as it is.
    """
    old = model.network
    if not old.c_dim:
        return model
    network = old.model_copy(update={"c_dim": 0})
    G = _folded_generator(model.G, old, label)
    D = _folded_discriminator(model.D, old, label) if model.D else {}
    return replace(model, network=network, G=G, D=D, classes=())


def _folded_generator(G: State, network: NetworkParams, label: int) -> State:
    embed = FullyConnected(network.c_dim, network.embed_dim or network.w_dim)
    embed.load_state_dict(with_prefix(G, EMBEDDING))
    own = normalize_second_moment(embed(torch.eye(network.c_dim)))[label]
    weight, z_dim = G["mapping.fc0.weight"], network.z_dim
    gain = 1 / math.sqrt(
        weight.shape[1]
    )  # of the layer's effective weights, which have one learning rate with its bias
    kept = {name: tensor for name, tensor in G.items() if not name.startswith(EMBEDDING)}
    return kept | {
        "mapping.fc0.weight": weight[:, :z_dim] * (gain * math.sqrt(z_dim)),
        "mapping.fc0.bias": G["mapping.fc0.bias"] + weight[:, z_dim:] @ own * gain,
        W_AVG: G[W_AVG][label],
    }


def _folded_discriminator(D: State, network: NetworkParams, label: int) -> State:
    mapping = class_mapping(network)
    mapping.load_state_dict(with_prefix(D, "mapping."))
    own = mapping(None, torch.eye(network.c_dim))[label] / math.sqrt(network.class_width)
    kept = {name: tensor for name, tensor in D.items() if not name.startswith("mapping.")}
    return kept | {"b4.out.weight": (own @ D["b4.out.weight"])[None], "b4.out.bias": (own @ D["b4.out.bias"])[None]}
