"""Agreement with the published StyleGAN2-ADA networks, at tiny sizes with random weights, in fp32."""

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from gan_cocktail.networks.discriminator import Discriminator
from gan_cocktail.networks.generator import Generator
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.training.losses import generator_loss, gradient_penalty, path_lengths

VECTORS = Path(__file__).parents[1] / "vectors"
CASES = json.loads((VECTORS / "index.json").read_text())


def close(found, wanted):
    """Within 2e-5 of the largest number of a tensor."""
    torch.testing.assert_close(found, wanted, rtol=2e-5, atol=2e-5 * float(wanted.abs().max()))


class Case:
    """One published network with its inputs and outputs."""

    def __init__(self, name):
        settings = {k: v for k, v in CASES[name].items() if k != "batch"}
        self.network = NetworkParams(**settings, class_mapping_layers=8)
        self.data = load_file(VECTORS / f"{name}.safetensors")
        self.G, self.D = Generator(self.network), Discriminator(self.network)
        for prefix, net in (("G.", self.G), ("D.", self.D)):
            tensors = {k[2:]: v for k, v in self.data.items() if k.startswith(prefix)}
            tensors = {k: v for k, v in tensors.items() if not k.endswith("resample_filter")}
            if self.network.c_dim and "mapping.w_avg" in tensors:  # published networks have one for all classes
                tensors["mapping.w_avg"] = tensors["mapping.w_avg"].expand(self.network.c_dim, -1)
            net.load_state_dict(tensors)
        self.z = self.data["in.z"]
        self.c = self.data["in.c"] if self.network.c_dim else None

    def noise(self):
        return self.G.synthesis.constant_noise(len(self.z))

    def check(self, found, key):
        close(found, self.data[key].reshape(found.shape))

    def check_gradients(self, net, prefix):
        keys = [k for k in self.data if k.startswith(prefix)]
        assert keys
        found = {key: net.get_parameter(key.removeprefix(prefix)).grad for key in keys}
        single = [key for key in keys if not found[key].ndim]
        for key in found.keys() - single:
            self.check(found[key], key)
        if (
            single
        ):  # noise strengths, together as the numbers of a tensor are: one may be next to nothing and all rounding
            close(
                torch.stack([found[key] for key in single]), torch.stack([self.data[key].squeeze() for key in single])
            )


@pytest.fixture(params=CASES)
def case(request):
    torch.set_num_threads(1)
    return Case(request.param)


def test_mapping_and_truncation(case):
    w = case.G.mapping(case.z, case.c)
    case.check(case.G.truncate(w, case.c, 1), "out.ws")
    case.check(case.G.truncate(w, case.c, 0.7), "out.ws_psi0.7")
    case.check(case.G.truncate(w, case.c, 0.5, cutoff=2), "out.ws_psi0.5_cutoff2")


@torch.no_grad()
def test_images(case):
    case.check(case.G(case.z, case.c, case.noise()), "out.image")
    case.check(case.G(case.z, case.c, "none"), "out.image_nonoise")
    case.check(case.G(case.z, case.c, case.noise(), psi=0.7), "out.image_psi0.7")


def test_images_of_the_twice_differentiable_graph(case):
    w = case.G.mapping(case.z, case.c)
    case.check(case.G.synthesis(w, case.noise(), twice=True), "out.image")


def test_logits(case):
    case.check(case.D(case.data["out.image"], case.c), "out.logits")


def test_r1_and_its_gradients(case):
    img = case.data["out.image"].requires_grad_()
    r1 = gradient_penalty(case.D(img, case.c), img)
    case.check(r1.detach(), "out.r1")
    r1.mean().backward()
    case.check_gradients(case.D, "grad_r1.D.")


def test_generator_loss_and_its_gradients(case):
    loss = generator_loss(case.D(case.G(case.z, case.c, case.noise()), case.c))
    case.check(loss.detach(), "out.loss_g")
    loss.backward()
    case.check_gradients(case.G, "grad_g.G.")


def test_path_lengths(case):
    ws = case.G.mapping(case.z, case.c).unsqueeze(1).repeat(1, case.G.synthesis.num_ws, 1)
    img = case.G.synthesis(ws, case.noise(), twice=True)
    case.check(path_lengths(img, ws, case.data["in.pl_noise"]).detach(), "out.pl_lengths")
