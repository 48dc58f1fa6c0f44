"""The diagonal of the Fisher information of a model: what EWC holds on to."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gan_cocktail.checkpoints.fisher import Fisher
from gan_cocktail.checkpoints.model import Model, State
from gan_cocktail.progress import tracked
from gan_cocktail.seeds import latents, stream
from gan_cocktail.training.losses import generator_loss

CLASS_EMBEDDING = "mapping.embed."  # new for a mixture: nothing is known of it that would be worth keeping


def fisher_information(model: Model, labels: Sequence[int], n: int, seed: int, device: torch.device) -> Fisher:
    """Mean squared gradient of -log sigmoid(D(G(z, c), c)) over n images of classes `labels` by turns, one at a time.

    Source: Li et al. 2020, sec. 3.2. The class embeddings are left out.
    """
    G = model.generator().to(device).requires_grad_(True)
    D = model.discriminator().to(device).requires_grad_(True)
    sums = [{name: torch.zeros_like(p) for name, p in _weights(net)} for net in (G, D)]
    rng = stream(seed, "fisher", "noise", device=device)
    each = latents(n, G.z_dim, seed, "fisher").to(device).split(1)
    for i, z in enumerate(tracked(each, n, f"Fisher information of {n:,} images")):
        label = torch.tensor([labels[i % len(labels)]], device=device)
        c = F.one_hot(label, G.c_dim).float() if G.c_dim else None
        image = G(z, c, G.synthesis.draw_noise(1, rng))
        loss = generator_loss(D(image, c))
        for net, total in zip((G, D), sums, strict=True):
            weights = dict(_weights(net))
            grads = torch.autograd.grad(loss, list(weights.values()), retain_graph=net is G)
            for name, grad in zip(weights, grads, strict=True):
                total[name] += grad.square()
    G_mean, D_mean = ({name: value / n for name, value in total.items()} for total in sums)
    return Fisher(_on_cpu(G_mean), _on_cpu(D_mean))


def _weights(net: nn.Module) -> list[tuple[str, nn.Parameter]]:
    return [(name, p) for name, p in net.named_parameters() if not name.startswith(CLASS_EMBEDDING)]


def _on_cpu(values: dict[str, Tensor]) -> State:
    return {name: value.cpu() for name, value in values.items()}
