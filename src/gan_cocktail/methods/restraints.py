"""EWC and FreezeD, as what the trainer is told: how strongly each weight is pulled, which layers do not move."""

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import State
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.params.restraints import EWCParams


def pull(fisher: Fisher, ewc: EWCParams) -> Fisher:
    """lambda F for each weight (Li et al. 2020, eq. 2), a lambda for each part."""
    parts = {"mapping": ewc.mapping, "synthesis": ewc.synthesis}
    G: State = {name: values * parts[name.split(".")[0]] for name, values in fisher.G.items()}
    return Fisher(G, {name: values * ewc.discriminator for name, values in fisher.D.items()})


def lower_layers(network: NetworkParams, count: int) -> list[str]:
    """Prefixes of the names of D's `count` lower blocks, the image's resolution first (Mo et al. 2020).

    Raises CocktailError if D has fewer.
    """
    blocks = [f"b{r}." for r in reversed(network.resolutions)]
    if count >= len(blocks):
        raise CocktailError(f"frozen_layers: expected fewer than D's {len(blocks)} blocks, found {count}")
    return blocks[:count]
