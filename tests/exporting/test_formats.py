"""Exports: what comes back through `load`, through the plain definition of the network, and through onnxruntime."""

import numpy as np
import pytest
import torch

from gan_cocktail import UnionGAN
from gan_cocktail.checkpoints.model import load, save
from gan_cocktail.cli.export import export
from gan_cocktail.errors import CocktailError
from gan_cocktail.exporting.single_class import single_class
from gan_cocktail.files import sha256, write_json
from gan_cocktail.params.network import NetworkParams
from gan_cocktail.plan.models import HUB
from tests.networks import plain
from tests.networks.test_networks import close, lively

NETWORK = NetworkParams(
    img_resolution=16, z_dim=16, w_dim=16, c_dim=2, mapping_layers=3, channel_base=128, channel_max=16
)


@pytest.fixture(scope="module")
def union():
    model = lively(NETWORK, 0)
    model.classes, model.info = ("cat", "face"), {"kind": "union", "parents": [{"path": "a.pkl", "sha256": "12ab"}]}
    return model


@pytest.fixture(scope="module")
def path(union, tmp_path_factory):
    path = tmp_path_factory.mktemp("union") / "union.safetensors"
    save(union, path)
    return path


def latents(n=4):
    return torch.randn(n, 16, generator=torch.Generator().manual_seed(1))


def draw(model, label=None, psi=1.0):
    c = None if label is None else torch.eye(model.network.c_dim)[[label] * 4]
    return model.generator()(latents(), c, "const", psi=psi)


def judge(model):
    images = torch.randn(4, 3, 16, 16, generator=torch.Generator().manual_seed(2))
    return model.discriminator()(images, None)


def test_rosinality_s_files_hold_a_class_each_and_come_back(union, path, tmp_path):
    export(path, "rosinality", tmp_path / "pt")
    assert sorted(each.name for each in (tmp_path / "pt").iterdir()) == ["cat.pt", "face.pt"]
    for k, name in enumerate(union.classes):
        back = load(tmp_path / "pt" / f"{name}.pt")
        assert back.info["format"] == "rosinality/stylegan2-pytorch"
        for psi in (1, 0.5):
            close(draw(back, psi=psi), draw(union, k, psi))
        close(judge(back), judge(single_class(union, k)))


def test_rosinality_s_layout_read_by_its_description_draws_the_same(union, path, tmp_path):
    """A reader that knows the names of shared/checkpoints/README.md and nothing of ours."""
    export(path, "rosinality", tmp_path / "face.pt", "face")
    content = torch.load(tmp_path / "face.pt", weights_only=True)
    g, ours = content["g_ema"], {}
    for i in range(3):
        ours |= {f"mapping.fc{i}.{n}": g[f"style.{i + 1}.{n}"] for n in ("weight", "bias")}
    ours["synthesis.b4.const"] = g["input.input"][0]
    layers = [("conv1", "b4.conv1"), *((f"convs.{i}", f"b{8 * 2 ** (i // 2)}.conv{i % 2}") for i in range(4))]
    for theirs, name in layers:
        ours |= {
            f"synthesis.{name}.weight": g[f"{theirs}.conv.weight"][0],
            f"synthesis.{name}.affine.weight": g[f"{theirs}.conv.modulation.weight"],
            f"synthesis.{name}.affine.bias": g[f"{theirs}.conv.modulation.bias"],
            f"synthesis.{name}.noise_strength": g[f"{theirs}.noise.weight"][0],
            f"synthesis.{name}.bias": g[f"{theirs}.activate.bias"],
        }
    for theirs, name in (("to_rgb1", "b4"), ("to_rgbs.0", "b8"), ("to_rgbs.1", "b16")):
        ours |= {
            f"synthesis.{name}.torgb.weight": g[f"{theirs}.conv.weight"][0],
            f"synthesis.{name}.torgb.affine.weight": g[f"{theirs}.conv.modulation.weight"],
            f"synthesis.{name}.torgb.affine.bias": g[f"{theirs}.conv.modulation.bias"],
            f"synthesis.{name}.torgb.bias": g[f"{theirs}.bias"].flatten(),
        }
    network = NETWORK.model_copy(update={"c_dim": 0})
    w = plain.mapping(ours, latents(), None, 3)
    noise = [g[f"noises.noise_{n}"] for n in range(5)]
    close(plain.generate(network, ours, w, noise), draw(union, 1))
    truncated = content["latent_avg"].lerp(w, 0.5)
    close(plain.generate(network, ours, truncated, noise), draw(union, 1, 0.5))
    kernels = [tensor for name, tensor in g.items() if name.endswith(".kernel")]
    assert len(kernels) == 4
    assert all(torch.allclose(kernel, plain.FIR * 4) for kernel in kernels)


def test_a_state_dict_has_the_names_of_the_other_program_and_comes_back(union, path, tmp_path, capsys):
    export(path, "ada", tmp_path / "union.pt")
    assert "conv_clamp=None" in capsys.readouterr().out
    content = torch.load(tmp_path / "union.pt", weights_only=True)
    filters = {name for name in content["D"] if name.endswith("resample_filter")}
    blocks = {f"b{r}.{layer}" for r in (8, 16) for layer in ("conv0", "conv1", "skip")}
    expected = blocks | {"b16", "b8", "b16.fromrgb", "b4.conv"}
    assert filters == {f"{name}.resample_filter" for name in expected}
    assert content["G_ema"]["mapping.w_avg"].shape == (16,)
    back = load(tmp_path / "union.pt")
    for k in range(2):
        close(draw(back, k), draw(union, k))


@pytest.mark.slow
def test_onnx_draws_the_same_for_any_batch_mix_and_psi(union, path, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    export(path, "onnx", tmp_path / "union.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "union.onnx")
    G = union.generator()
    for n, psi, share in ((1, 1.0, 1.0), (4, 0.5, 0.0), (3, 0.8, 0.3)):
        z, classes = latents(n), torch.tensor([[share, 1 - share]]).repeat(n, 1)
        fed = {"z": z.numpy(), "classes": classes.numpy(), "psi": np.array([psi], np.float32)}
        (found,) = session.run(None, fed)
        each = [G.mapping(z, torch.eye(2)[[k] * n]) for k in range(2)]
        means = union.G["mapping.w_avg"]
        w = sum(s * means[k].lerp(each[k], psi) for k, s in enumerate((share, 1 - share)))
        close(torch.from_numpy(found), G.synthesis(w, "const"))
    again = G.synthesis(w, "const")  # what the exporter traced with is not kept
    assert torch.equal(again, G.synthesis(w, "const"))


def test_a_path_without_suffix_is_a_folder(union, path, tmp_path):
    """For one class, for a model without classes and for all classes in a file; so is a folder, whatever its name."""
    export(path, "rosinality", tmp_path / "pt", "cat")
    export(path, "ada", tmp_path / "pt")
    export(path, "ada", tmp_path / "pt", "face")
    save(single_class(union, 0), tmp_path / "dog.safetensors")
    (tmp_path / "v1.2").mkdir()
    export(tmp_path / "dog.safetensors", "rosinality", tmp_path / "v1.2")
    export(tmp_path / "dog.safetensors", "ada", tmp_path / "file.bin")
    found = {each.relative_to(tmp_path).as_posix() for each in tmp_path.rglob("*") if each.is_file()}
    made = {"pt/cat.pt", "pt/union.pt", "pt/face.pt", "v1.2/dog.pt", "file.bin"}
    assert found == made | {"dog.safetensors"}
    close(draw(load(tmp_path / "pt/cat.pt")), draw(union, 0))


def evaluation_of(*models):
    rows = [
        {"kimg": 1, "domain": "cat", "metric": metric, "mean": mean} for metric, mean in (("fid", 12.5), ("kid", 0.25))
    ]
    info = {"kind": "evaluation", "seed": 0, "settings": {"n_images": 9}, "extractor": {"name": "x"}}
    return {"info": info | {"parents": [{"path": str(m), "sha256": sha256(m)} for m in models]}, "rows": rows}


def test_a_card_has_the_measurements_of_its_own_model_alone(path, tmp_path):
    other = tmp_path / "other.safetensors"
    other.write_text("x")
    own, foreign = tmp_path / "own.json", tmp_path / "foreign.json"
    write_json(own, evaluation_of(other, path))
    write_json(foreign, evaluation_of(other))
    export(path, "hub", tmp_path / "hub", evaluation=own)
    assert "| cat | 12.5 | 0.25 |" in (tmp_path / "hub/README.md").read_text()
    with pytest.raises(CocktailError, match=r"expected measurements of .*union.safetensors.*found those of .*other"):
        export(path, "hub", tmp_path / "none", evaluation=foreign)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ({"cat": {"fid": 1}}, "other JSON"),
        ([], "other JSON"),
        ({"info": {"kind": "distances"}, "rows": [1]}, "JSON of kind 'distances'"),
    ],
)
def test_what_is_no_evaluation_is_one_sentence(union, path, tmp_path, content, found):
    write_json(tmp_path / "x.json", content)
    with pytest.raises(CocktailError, match=f"x.json: expected what gan-cocktail evaluate writes .*found {found}"):
        export(path, "hub", tmp_path / "hub", evaluation=tmp_path / "x.json")
    if content:
        with pytest.raises(CocktailError, match=r"evaluation: expected what"):
            UnionGAN(union, content)


def test_a_hub_folder_loads_draws_and_says_what_it_is(union, path, tmp_path):
    export(path, "hub", tmp_path / "hub")
    assert {each.name for each in (tmp_path / "hub").iterdir()} == set(HUB)
    gan = UnionGAN.from_pretrained(tmp_path / "hub")
    assert gan.classes == ["cat", "face"]
    assert torch.equal(gan.draw("face", [3, 4], psi=0.5), UnionGAN(union).draw(1, [3, 4], psi=0.5))
    card = (tmp_path / "hub/README.md").read_text()
    assert "Draws cat and face at 16x16 pixels" in card
    assert "`a.pkl`, SHA-256 `12ab`" in card
    assert load(tmp_path / "hub/model.safetensors").classes == ("cat", "face")


def test_what_a_format_cannot_hold_is_one_sentence(union, path, tmp_path):
    with pytest.raises(CocktailError, match=r"a file holds one class and the model has cat, face; say which"):
        export(path, "rosinality", tmp_path / "one.pt")
    with pytest.raises(CocktailError, match="unknown format 'onxx', did you mean 'onnx'"):
        export(path, "onxx", tmp_path / "x")
    grey = lively(NETWORK.model_copy(update={"img_channels": 1, "c_dim": 0}), 0)
    save(grey, tmp_path / "grey.safetensors")
    with pytest.raises(CocktailError, match="expects img_channels 3, and this model has 1"):
        export(tmp_path / "grey.safetensors", "rosinality", tmp_path / "grey.pt")
    assert not list(tmp_path.glob("*.pt"))
