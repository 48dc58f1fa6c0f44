"""Where truncation moves w to: the mean of w in each class.

The classes of a model lie apart in W. One mean of all would lie between them, and truncation would make them alike.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from gan_cocktail.networks.generator import latent_mapping
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.seeds import stream
from gan_cocktail.tensors import with_prefix

W_AVG = "mapping.w_avg"
LATENTS = 10_000  # the same ones for every model and class


@torch.no_grad()
def class_means(network: NetworkParams, G: Mapping[str, Tensor]) -> Tensor:
    """Mean w [c_dim, w_dim] of each class of a conditional generator with weights G."""
    mapping = latent_mapping(network)
    mapping.load_state_dict(with_prefix(G, "mapping."))
    z = torch.randn(LATENTS, network.z_dim, generator=stream(0, W_AVG))
    means = [mapping(z, c.expand(LATENTS, -1)).double().mean(0) for c in torch.eye(network.c_dim)]
    return torch.stack(means).float()


def with_class_means(network: NetworkParams, G: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights with the means that class_means computes of them; an unconditional generator's stay as they are."""
    return G | {W_AVG: class_means(network, G)} if network.c_dim else G
