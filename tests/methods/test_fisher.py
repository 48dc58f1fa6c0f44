"""Fisher information, against gradients taken one by one, and what EWC makes of it."""

import pytest
import torch
import torch.nn.functional as F

from gan_cocktail.checkpoints.fisher import Fisher, load_fisher, save_fisher
from gan_cocktail.checkpoints.model import Model
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.fisher import fisher_information
from gan_cocktail.methods.restraints import lower_layers, pull
from gan_cocktail.params.restraints import EWCParams
from gan_cocktail.seeds import latents, stream
from tests.conftest import TINY

CPU = torch.device("cpu")


@pytest.fixture
def conditional():
    return Model.random(TINY.model_copy(update={"c_dim": 2}), 0)


def test_fisher_is_the_mean_squared_gradient_of_single_images(conditional):
    found = fisher_information(conditional, [1], 3, 0, CPU)
    G, D = conditional.generator().requires_grad_(True), conditional.discriminator().requires_grad_(True)
    rng, c = stream(0, "fisher", "noise"), torch.tensor([[0.0, 1.0]])
    gradients = []
    for z in latents(3, 16, 0, "fisher"):
        loss = -F.logsigmoid(D(G(z[None], c, G.synthesis.draw_noise(1, rng)), c)).sum()
        gradients.append(torch.autograd.grad(loss, [G.synthesis.b8.conv1.weight, D.b4.fc.weight]))
    for k, value in enumerate((found.G["synthesis.b8.conv1.weight"], found.D["b4.fc.weight"])):
        expected = torch.stack([g[k] for g in gradients]).square().mean(0)
        torch.testing.assert_close(value, expected)


def test_classes_take_turns(conditional):
    """The same latents, noise aside: two images, one a class, are what each class gives for its own."""
    conditional.G |= {k: torch.zeros_like(v) for k, v in conditional.G.items() if "noise_strength" in k}
    both = fisher_information(conditional, [0, 1], 2, 0, CPU)
    first = fisher_information(conditional, [0], 1, 0, CPU)
    second = fisher_information(conditional, [1], 2, 0, CPU)
    only = fisher_information(conditional, [1], 1, 0, CPU)
    for name in ("mapping.fc0.weight", "synthesis.b8.conv1.weight"):
        torch.testing.assert_close(both.G[name], (first.G[name] + 2 * second.G[name] - only.G[name]) / 2)


def test_every_weight_but_the_class_embeddings_has_its_information(conditional):
    found = fisher_information(conditional, [0], 2, 0, CPU)
    for values, net in ((found.G, conditional.generator()), (found.D, conditional.discriminator())):
        expected = {name for name, _ in net.named_parameters() if not name.startswith("mapping.embed.")}
        assert values.keys() == expected
        assert all((v >= 0).all() for v in values.values())


def test_fisher_survives_the_disk(conditional, tmp_path):
    found = fisher_information(conditional, [0], 1, 0, CPU)
    found.info = {"kind": "fisher"}
    save_fisher(found, tmp_path / "f.safetensors")
    read = load_fisher(tmp_path / "f.safetensors")
    for a, b in ((found.G, read.G), (found.D, read.D)):
        assert a.keys() == b.keys()
        assert all(torch.equal(a[k], b[k]) for k in a)


def test_each_part_has_its_own_strength():
    one = torch.ones(2)
    fisher = Fisher({"mapping.fc0.weight": one, "synthesis.b4.const": one}, {"b4.fc.weight": one})
    strength = pull(fisher, EWCParams(mapping=2, synthesis=3, discriminator=5))
    values = [*strength.G.values(), *strength.D.values()]
    assert [float(v[0]) for v in values] == [2, 3, 5]


def test_lower_layers_are_those_next_to_the_image():
    assert lower_layers(TINY, 0) == []
    assert lower_layers(TINY, 2) == ["b16.", "b8."]
    with pytest.raises(CocktailError, match="fewer than D's 3 blocks, found 3"):
        lower_layers(TINY, 3)
