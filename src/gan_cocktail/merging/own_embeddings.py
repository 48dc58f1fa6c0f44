"""The mean, but for the class embeddings: each class keeps the vector that its own rooted model learnt (ours).

Rooting trains class i's vector in rooted model i alone, so the mean takes all but 1/N of what it learnt away.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch

from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.errors import CocktailError
from gan_cocktail.merging.ingredients import Ingredients
from gan_cocktail.merging.mean import mean
from gan_cocktail.networks.layers import FullyConnected
from gan_cocktail.params.ways import OwnEmbeddings

WEIGHT, BIAS = "mapping.embed.weight", "mapping.embed.bias"


def own_embeddings(given: Ingredients, how: OwnEmbeddings) -> Model:
    """The mean of conditional models, whose embedding of class i is that of models[owners[i]].

    CocktailError if there is not an owner for each class, or a model has no discriminator.
    """
    models, owners = given.models, given.owners
    for model in models:
        model.require_discriminator()
    averaged = mean(models)
    if len(owners) != averaged.network.c_dim:
        raise CocktailError(
            f"own_embeddings: expected for each of {averaged.network.c_dim} classes which model it is of, found "
            f"{len(owners)}; say it with --owners"
        )
    G = averaged.G | {WEIGHT: _columns([models[k].G for k in owners], averaged.G)}
    D = averaged.D | {WEIGHT: _columns([models[k].D for k in owners], averaged.D)}
    return replace(averaged, G=G, D=D)


def _columns(states: Sequence[State], averaged: State) -> torch.Tensor:
    """Embedding weights [width, N] that give the i-th state's vector of class i beside the mean's bias."""
    width, n = averaged[WEIGHT].shape
    gain = FullyConnected(n, width).weight_gain
    columns = [s[WEIGHT][:, i] + (s[BIAS] - averaged[BIAS]) / gain for i, s in enumerate(states)]
    return torch.stack(columns, 1)
