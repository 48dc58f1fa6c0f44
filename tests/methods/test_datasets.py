"""Trainings on datasets of real images: read as each asks, and what was read kept in the model."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.cli.finetune import finetune
from gan_cocktail.cli.root import root
from gan_cocktail.cli.train_source import train_source as train_source_verb
from gan_cocktail.data.images import png
from gan_cocktail.errors import CocktailError
from gan_cocktail.methods.shown import Shown
from gan_cocktail.methods.sources import train_source
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.training import SourceTrainingParams
from gan_cocktail.training.streams import FreshImages
from tests.conftest import TINY
from tests.data.files import encoded, fill, pairs, plain, tool_zip
from tests.networks.test_networks import lively

CPU = torch.device("cpu")
SETTINGS = {"kimg": 0.016, "network": TINY.model_dump(), "training": {"augmentation": None}}


def test_a_source_is_trained_on_the_class_that_is_chosen_and_says_so(tmp_path, capsys):
    path = tool_zip(tmp_path / "x.zip", {"labels": pairs(), "classes": ["sky", "rose"]})
    settings = parse_section(SourceTrainingParams, SETTINGS, "settings")
    for label, name in (("rose", "a"), (None, "b")):
        model = train_source(path, tmp_path / name, "s", settings, 0, CPU, ReadingParams(label=label))
        save(model, tmp_path / f"{name}.safetensors")
    log = capsys.readouterr().out
    assert f"3 images of {path}; those of class 1, rose alone, of 6\n" in log
    assert f"6 images of {path}; its labels are not used (2 classes; `label` chooses one)\n" in log
    info = load(tmp_path / "a.safetensors").info
    assert (info["n_images"], info["read"]["n_images"], info["read"]["reading"]["label"]) == (3, 3, "rose")
    assert info["read"]["sentence"] == "3 images of x.zip; those of class 1, rose alone, of 6"
    assert json.dumps(info)


def test_each_dataset_of_a_union_is_read_in_its_own_way(tmp_path, capsys):
    folders = [fill(tmp_path / name, {"0.png": plain("black", (16, 64))}) for name in "ab"]
    readings = [ReadingParams(fit="pad", background="white"), ReadingParams()]
    stream, said = Shown(folders, readings=readings).stream(TINY, CPU)
    padded, cropped = stream.draw(torch.tensor([0, 1]), torch.Generator())
    assert padded.max() == 255
    assert cropped.max() == 0
    assert said[0].startswith("1 image of a; 1 of 1 image padded with white from 16x64; ")
    assert capsys.readouterr().out.count("1 image of") == 2
    with pytest.raises(CocktailError, match="--reading: expected one for each of 2 classes, or none, found 1"):
        Shown(folders, readings=readings[:1])


SIZES = {8: "enlarged from 8x8 to 16x16", 64: "reduced from 64x64 to 16x16"}


def ramp(size):
    """A smooth picture, dark to the left and light to the right."""
    return encoded(Image.linear_gradient("L").rotate(90).resize((size, size)).convert("RGB"))


@pytest.mark.parametrize("size", SIZES)
def test_images_of_sources_of_other_sizes_are_brought_to_the_network_s(size, tmp_path, capsys):
    for name, side in (("own", 16), ("box", size)):
        fill(tmp_path / name, {"0.png": ramp(side)})
    stream, said = Shown([tmp_path / "own", tmp_path / "box"]).stream(TINY, CPU)
    own, other = stream.draw(torch.tensor([0, 1]), torch.Generator()).float()
    assert (own - other).abs().mean() < 4  # the same picture
    assert said == ["1 image of own", f"1 image of box; 1 of 1 image {SIZES[size]}"]
    assert SIZES[size] in capsys.readouterr().out


@pytest.mark.parametrize("size", [32, 16])
def test_images_drawn_anew_by_sources_of_another_size_say_so(size, tmp_path, capsys):
    save(Model.random(TINY, 0), tmp_path / "source")
    network = TINY.model_copy(update={"img_resolution": size})
    stream, said = Shown([tmp_path / "source"]).stream(network, CPU)
    assert stream.draw(torch.tensor([0]), torch.Generator()).shape == (1, 3, size, size)
    expected = ["images of source: drawn anew, enlarged from 16x16 to 32x32"] * (size != 16)
    assert said == expected
    assert len(capsys.readouterr().out.splitlines()) == len(expected)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [16, 32])
def test_grey_and_colour_sources_are_drawn_anew_in_the_network_s_channels(channels, size, tmp_path):
    sources = [lively(TINY.model_copy(update={"img_channels": c}), c) for c in (1, 3)]
    for source, name in zip(sources, "ab", strict=True):
        save(source, tmp_path / name)
    network = TINY.model_copy(update={"img_channels": channels, "img_resolution": size})
    stream, _ = Shown([tmp_path / "a", tmp_path / "b"]).stream(network, CPU)
    found = stream.draw(torch.tensor([0, 0, 1, 1]), torch.Generator().manual_seed(0))
    own = torch.Generator().manual_seed(0)
    for k, source in enumerate(sources):
        drawn = FreshImages([source], (3, size, size), CPU).draw(torch.tensor([0, 0]), own)
        for image, pixels in zip(found[2 * k : 2 * k + 2], drawn, strict=True):
            mode = "L" if channels == 1 else "RGB"
            expected = np.asarray(Image.open(io.BytesIO(png(pixels))).convert(mode)).reshape(size, size, channels)
            assert np.abs(image.permute(1, 2, 0).numpy().astype(int) - expected).max() <= (channels == 1)
        assert found[2 * k : 2 * k + 2].float().std() > 1  # a picture


def test_real_images_are_never_enlarged(tmp_path):
    folders = [fill(tmp_path / name, {f"{i}.png": plain("red", (8, 8)) for i in range(2)}) for name in "ab"]
    save(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), tmp_path / "w.safetensors")

    def run(out, **options):
        finetune(tmp_path / "w.safetensors", folders, tmp_path / out, 0.004, settings="batch_size: 4", **options)

    with pytest.raises(CocktailError, match="8x8 pixels are fewer than the network's 16"):
        run("real.safetensors", real=True)
    run("drawn.safetensors")
    said = [f"2 images of {name}; 2 of 2 images enlarged from 8x8 to 16x16" for name in "ab"]
    assert load(tmp_path / "drawn.safetensors").info["read"] == said


def test_images_of_a_black_box_and_images_drawn_anew_train_together(tmp_path):
    fill(tmp_path / "box", {"0.png": plain("black")})
    save(Model.random(TINY, 0), tmp_path / "source")
    paths = [tmp_path / "source", tmp_path / "box"]
    stream, said = Shown(paths, readings=[ReadingParams()] * 2).stream(TINY, CPU)
    drawn = stream.draw(torch.tensor([1, 0, 1]), torch.Generator())
    assert drawn[[0, 2]].max() == 0
    assert drawn[1].max() > 0
    assert said == ["1 image of box"]
    with pytest.raises(
        CocktailError, match="--source-class: expected checkpoints that are drawn from anew, found data"
    ):
        Shown(paths, source_classes=["", "dog"])


def test_a_source_of_one_image_is_refused_before_it_is_trained(tmp_path):
    settings = parse_section(SourceTrainingParams, SETTINGS, "settings")
    with pytest.raises(CocktailError, match="expected 2 images at the very least"):
        train_source(fill(tmp_path / "one", {"a.png": plain()}), tmp_path / "t", "s", settings, 0, CPU)


def test_a_union_says_what_it_was_trained_on(tmp_path):
    folders = [fill(tmp_path / name, {f"{i}.png": plain("red", (32, 32)) for i in range(2)}) for name in "ab"]
    save(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), tmp_path / "w.safetensors")
    finetune(tmp_path / "w.safetensors", folders, tmp_path / "u.safetensors", 0.004, settings="batch_size: 4")
    assert load(tmp_path / "u.safetensors").info["read"] == [
        f"2 images of {name}; 2 of 2 images reduced from 32x32 to 16x16" for name in "ab"
    ]


def test_a_training_never_writes_into_a_folder_of_images_that_it_reads(tmp_path):
    pets, box = (fill(tmp_path / name, {f"{i}.png": plain() for i in range(2)}) for name in ("pets", "box"))
    (tmp_path / "link").symlink_to(pets)
    wide = tmp_path / "w.safetensors"
    save(Model.random(TINY.model_copy(update={"c_dim": 2}), 0), wide)
    inside, beside = pets / "deep" / "model.safetensors", tmp_path / "pets.safetensors"
    for call in (
        lambda: train_source_verb(pets, inside, "pets"),
        lambda: train_source_verb(tmp_path / "link", inside, "pets"),
        lambda: root(wide, pets, inside, 0.004, class_="0"),
        lambda: finetune(wide, [box, pets], inside, 0.004),
        lambda: finetune(wide, [box, pets], beside, 0.004, snapshots="0.002", snapshots_out=inside),
        lambda: root(wide, fill(tmp_path / "pets.training", {"0.png": plain()}), beside, 0.004, class_="0"),
    ):
        with pytest.raises(
            CocktailError, match=r"--out: expected a place outside of .*, whose images are read, found "
        ):
            call()
    assert {path.name for path in pets.iterdir()} == {"0.png", "1.png"}
    finetune(wide, [box, pets], beside, 0.004, settings="batch_size: 4")
