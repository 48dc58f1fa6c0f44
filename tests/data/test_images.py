"""Image sets: what is written is read; bad files are named."""

import io
import json
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.images import grid, png, to_float, to_uint8, write_zip
from gan_cocktail.errors import CocktailError


def read_images(path, resolution, channels):
    return read_dataset(path, resolution, channels).images


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 7), channels=st.sampled_from([1, 3]))
def test_zips_round_trip(tmp_path_factory, n, channels):
    images = torch.randint(0, 256, (n, channels, 16, 16), dtype=torch.uint8)
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    write_zip(path, images.split(3), {"kind": "synthetic_dataset"})
    assert torch.equal(read_images(path, 16, channels), images)
    with zipfile.ZipFile(path) as archive:
        assert json.loads(archive.comment)["kind"] == "synthetic_dataset"
        assert json.loads(archive.read("dataset.json")) == {"labels": None}


def test_same_images_same_bytes(images, tmp_path):
    for name in "ab":
        write_zip(tmp_path / name, [images], {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failing_writer_leaves_nothing(images, tmp_path):
    def broken():
        yield images
        raise RuntimeError("out of ideas")

    with pytest.raises(RuntimeError):
        write_zip(tmp_path / "a.zip", broken(), {})
    assert list(tmp_path.iterdir()) == []


def test_large_images_are_cropped_at_the_centre_and_reduced(tmp_path):
    picture = Image.new("RGB", (128, 64), "red")
    picture.paste("blue", (32, 0, 96, 64))
    picture.save(tmp_path / "a.png")
    found = read_images(tmp_path, 16, 3)
    assert found.shape == (1, 3, 16, 16)
    assert found[0, 2].min() > 240  # blue: the centre alone
    assert read_images(tmp_path, 16, 1).shape == (1, 1, 16, 16)


def test_photographs_stand_upright(tmp_path):
    picture = Image.new("RGB", (16, 16), "red")
    picture.paste("blue", (0, 0, 16, 8))  # blue above
    exif = Image.Exif()
    exif[0x0112] = 3  # the camera was upside down
    picture.save(tmp_path / "a.png", exif=exif)
    found = read_images(tmp_path, 16, 3)[0]
    assert found[2, 8:].min() == 255
    assert found[0, :8].min() == 255


def test_broken_small_and_missing_images_are_named(tmp_path):
    with pytest.raises(CocktailError, match="no such file"):
        read_images(tmp_path / "no.zip", 16, 3)
    with pytest.raises(CocktailError, match="no images in it"):
        read_images(tmp_path, 16, 3)
    Image.new("RGB", (8, 8)).save(tmp_path / "tiny.png")
    with pytest.raises(CocktailError, match=r"tiny.png: 8x8 pixels are fewer than the network's 16"):
        read_images(tmp_path, 16, 3)
    (tmp_path / "tiny.png").write_bytes(b"not an image")
    with pytest.raises(CocktailError, match=r"tiny.png: not a readable image"):
        read_images(tmp_path, 16, 3)
    (tmp_path / "half.zip").write_bytes(b"PK\x03\x04")
    with pytest.raises(CocktailError, match=r"half.zip: expected a zip"):
        read_images(tmp_path / "half.zip", 16, 3)


def test_labels_of_a_dataset(images, tmp_path):
    path = tmp_path / "pets.zip"
    write_zip(path, [images[:3].repeat_interleave(2, 2).repeat_interleave(2, 3)], {})
    assert read_dataset(path, 16, 3).labels is None
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("b.png", "a.png"):
            archive.writestr(name, png(images[0].repeat_interleave(2, 1).repeat_interleave(2, 2)))
        archive.writestr("dataset.json", json.dumps({"labels": [["b.png", 1], ["a.png", 0]], "classes": ["x", "y"]}))
    found = read_dataset(path, 16, 3).labels
    assert found.indices == [0, 1]  # in the order of names, as images are read
    assert found.classes == ["x", "y"]


def test_pixels_round_trip_and_saturate():
    every = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    assert torch.equal(to_uint8(to_float(every)), every)
    assert to_uint8(torch.tensor([-9.0, 9.0])).tolist() == [0, 255]


def test_grid_goes_row_by_row():
    tiles = torch.arange(6, dtype=torch.uint8)[:, None, None, None].expand(6, 1, 2, 2)
    found = grid(tiles, 3)
    assert found.shape == (1, 4, 6)
    assert found[0, ::2, ::2].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert Image.open(io.BytesIO(png(found))).size == (6, 4)
