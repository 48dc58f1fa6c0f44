"""A whole dataset: what counts as an image, what is said of it, and every bad file by name."""

import hashlib
import os
import tracemalloc
import warnings
import zipfile

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.reading import ReadingParams
from tests.data.files import encoded, fill, plain, png_of

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"


def read(path, **reading):
    return read_dataset(path, 16, 3, ReadingParams(**reading))


def said(path, **reading):
    return read(path, **reading).read.sentence("pets")


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path, *expected, **reading):
    with pytest.raises(CocktailError) as e:
        read(path, **reading)
    for text in expected:
        assert text in str(e.value)
    assert "BytesIO" not in str(e.value)
    return str(e.value)


# What counts

MIXED = {
    "a.png": plain(),
    "a.tif": encoded(Image.new("RGB", (16, 16)), "TIFF"),
    "B.JPG": encoded(Image.new("RGB", (16, 16)), "JPEG"),
    "deep/er/c.tiff": encoded(Image.new("RGB", (16, 16)), "TIFF"),
    ".ipynb_checkpoints/a-checkpoint.png": plain("white"),
    ".hidden.png": plain("white"),
    "deep/.cache/x.png": plain("white"),
    "__MACOSX/._a.png": b"\0\5\x16\7fork",
    "__MACOSX/deep/a.png": plain("white"),
    "notes.txt": b"hello",
    "deep/labels.csv": b"",
}


@pytest.mark.parametrize("make", [fill, lambda path, files: zipped(path / "x.zip", files)])
def test_hidden_files_and_what_is_no_image_are_left_out_and_counted(tmp_path, make):
    found = read(make(tmp_path, MIXED))
    assert len(found.images) == 4
    expected = "7 files left out (5 hidden, 2 not an image: deep/labels.csv, notes.txt)"
    assert found.read.sentence("pets") == f"4 images of pets; {expected}"


def test_hidden_files_change_no_digest_of_a_folder(tmp_path):
    pets = fill(tmp_path / ".cache/pets", {"a.png": b"a", "deep/b.png": b"b", "notes.txt": b""})
    before = sha256(pets)
    lines = [f"{name} {sha256(pets / name)}" for name in ("a.png", "deep/b.png", "notes.txt")]
    assert before == hashlib.sha256("\n".join(lines).encode()).hexdigest()
    fill(pets, {".DS_Store": b"x", "deep/.cache/x.png": b"x", "__MACOSX/a.png": b"x"})
    assert sha256(pets) == before
    fill(pets, {"c.png": b"c"})
    assert sha256(pets) != before


def test_a_dataset_in_a_hidden_folder_is_read(tmp_path):
    assert len(read(fill(tmp_path / ".cache/pets", {"a.png": plain()})).images) == 1


def test_many_left_out_files_are_counted_and_some_named(tmp_path):
    fill(tmp_path, {"a.png": plain()} | {f"{i}.txt": b"" for i in range(9)})
    assert said(tmp_path).endswith("9 files left out (9 not an image: 0.txt, 1.txt, 2.txt and 6 more)")


def test_folders_and_zips_give_the_same_images(tmp_path):
    files = {f"{'ab'[i % 2]}/{i}.png": plain((i, 2 * i, 9)) for i in range(9)}
    folder, archive = read(fill(tmp_path / "f", files)), read(zipped(tmp_path / "x.zip", files))
    assert torch.equal(folder.images, archive.images)


def test_links(tmp_path):
    fill(tmp_path, {"in/a.png": plain(), "out/b.png": plain()})
    (tmp_path / "in/b.png").symlink_to(tmp_path / "out/b.png")
    assert len(read(tmp_path / "in").images) == 2
    (tmp_path / "in/sub").symlink_to(tmp_path / "out")
    assert "1 file left out (1 not an image: sub (a link to a folder))" in said(tmp_path / "in")
    (tmp_path / "in/gone.png").symlink_to(tmp_path / "nowhere")
    refused(tmp_path / "in", "gone.png: a link to nothing")


def test_no_image_and_no_dataset(tmp_path):
    fill(tmp_path, {"notes.txt": b"", ".a.png": plain()})
    refused(tmp_path, "no images in it", "2 files left out (1 hidden, 1 not an image: notes.txt)")
    (tmp_path / "pointer.zip").write_bytes(POINTER)
    refused(tmp_path / "pointer.zip", "expected a zip or a folder of images, found a Git LFS pointer")
    (tmp_path / "a.png").write_bytes(plain())
    refused(tmp_path / "a.png", "expected a zip or a folder of images, found a PNG image")


# What is bad


def damaged():
    jpeg = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)), "JPEG")
    return {
        "cut.jpg": (jpeg[:-200], "not a readable image: cut off or damaged"),
        "empty.png": (b"", "not a readable image (an empty file)"),
        "page.png": (b"<!DOCTYPE html><html>", "not a readable image (a web page"),
        "pointer.png": (POINTER, "not a readable image (a Git LFS pointer (run git lfs pull))"),
        "scan.png": (encoded(Image.new("1", (14000, 14000))), "14000x14000 pixels are more than the 100,000,000"),
        "small.png": (plain(size=(8, 8)), "8x8 pixels are fewer than the network's 16"),
        "text.png": (b"hello", "not a readable image (a text file)"),
    }


@pytest.mark.parametrize("make", [fill, lambda path, files: zipped(path / "x.zip", files)])
def test_every_bad_file_is_named_in_one_error(tmp_path, make):
    bad = damaged()
    path = make(tmp_path, {"good.png": plain()} | {name: content for name, (content, _) in bad.items()})
    text = refused(path, "7 of 8 images cannot be read", *(f"\n  {name}: {why}" for name, (_, why) in bad.items()))
    assert "good.png" not in text
    assert len(text.splitlines()) == 8


def test_large_scans_below_the_limit_are_read_without_warnings(tmp_path):
    fill(tmp_path, {"scan.png": encoded(Image.new("1", (9990, 9990)))})  # Pillow warns from 9459 pixels a side
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert said(tmp_path) == "1 image of pets; 1 of 1 image reduced from 9990x9990 to 16x16"


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path):
    fill(tmp_path, {"a.png": plain()})
    os.mkfifo(tmp_path / "b.png")
    refused(tmp_path, "1 of 2 images cannot be read", "b.png: not a file")


def test_zips_that_are_broken_inside(tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.png", plain("red"))
        archive.writestr("b.png", plain("green"))
        archive.writestr("../up.png", plain("blue"))
    whole = path.read_bytes()
    assert len(read(path).images) == 3
    assert not (tmp_path.parent / "up.png").exists()
    spot = whole.index(plain("green")) + 30
    path.write_bytes(whole[:spot] + bytes([whole[spot] ^ 255]) + whole[spot + 1 :])
    refused(path, "1 of 3 images cannot be read", "b.png: damaged in the zip (Bad CRC-32")
    path.write_bytes(whole[: len(whole) * 2 // 3])
    refused(path, "found a cut-off zip")
    flags = whole.index(b"PK\1\2") + 8  # of the first file, in the directory
    path.write_bytes(whole[:flags] + b"\1" + whole[flags + 1 :])
    refused(path, "encrypted; unpack the zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_stands_twice_in_a_zip_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for colour in ("red", "blue"):
            archive.writestr("a.png", plain(colour))
    refused(tmp_path / "x.zip", "a.png: stands 2 times in the zip")


# What is said


def test_crops_pads_and_reductions_are_said(tmp_path):
    fill(tmp_path, {f"{i}.png": plain(size=(32, 64)) for i in range(3)} | {"s.png": plain(size=(48, 48))})
    assert said(tmp_path) == (
        "4 images of pets; 3 of 4 images cropped from 32x64; 4 of 4 images reduced from 32x32 (3), 48x48 (1) to 16x16"
    )
    assert "3 of 4 images cropped (top) from 32x64" in said(tmp_path, anchor="top")
    assert "3 of 4 images padded with white from 32x64" in said(tmp_path, fit="pad")
    fill(tmp_path, {f"m{i}.png": plain(size=(16, 20 + i)) for i in range(5)})
    assert "(1), 16x21 (1) and 3 other sizes" in said(tmp_path)
    assert said(fill(tmp_path / "plain", {"a.png": plain()})) == "1 image of pets"


def test_transparency_and_frames_are_said(tmp_path):
    fill(
        tmp_path, {"a.png": encoded(Image.new("RGBA", (16, 16))), "b.png": encoded(Image.new("RGBA", (16, 16), "red"))}
    )
    assert said(tmp_path, background="black") == "2 images of pets; 1 of 2 images transparent, laid over black"
    frames = [Image.new("L", (16, 16), grey) for grey in (0, 99)]
    fill(tmp_path / "g", {"a.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])})
    assert said(tmp_path / "g") == "1 image of pets; 1 of 1 image of several frames, of which the first was read"


def deep(*tops):
    return {f"{i}.png": png_of(np.full((16, 16, 1), top), 16) for i, top in enumerate(tops)}


def test_the_range_of_16_bits_is_asked_for_unless_the_set_reaches_into_it(tmp_path):
    assert "3 of 3 images of 16 bits, read as 16" in said(fill(tmp_path / "a", deep(10, 4000, 40000)))
    dark = fill(tmp_path / "b", deep(10, 900, 4000))
    refused(dark, "3 images of 16 bits, but no value above 4,000 of 65,535", "set `bits`", "(12 is 0 to 4,095;")
    assert read(dark, bits=12).images[2].max() == 4000 * 255 // 4095
    assert read(dark, bits=16).images[2].max() == 4000 // 257
    refused(dark, "1 of 3 images cannot be read", "2.png: a value of 4,000 does not fit 10 bits", bits=10)


@settings(max_examples=20, deadline=None)
@given(bits=st.integers(9, 15), n=st.integers(1, 4))
def test_no_depth_below_16_bits_passes_for_16(tmp_path_factory, bits, n):
    folder = fill(tmp_path_factory.mktemp("deep"), deep(*[2**bits - 1] * n))
    refused(folder, f"({bits} is 0 to {2**bits - 1:,};")
    assert read(folder, bits=bits).images.min() == 255


def test_the_facts_hold_the_line(tmp_path):
    fill(tmp_path / "pets", {"a.png": plain(size=(20, 30)), "n.txt": b""})
    found = read(tmp_path / "pets").read
    assert found.sentence("pets").startswith("1 image of pets; 1 of 1 image cropped from 20x30; ")
    facts = found.facts("pets")
    assert facts["sentence"] == found.sentence("pets")
    assert (facts["n_images"], facts["left_out"], facts["reading"].fit) == (1, 1, "crop")


def test_a_large_set_takes_its_own_size_of_memory(tmp_path):
    path = zipped(tmp_path / "x.zip", {f"{i}.png": plain(size=(64, 64)) for i in range(400)})
    read_dataset(path, 64, 3)  # Pillow imports its plugins at the first image
    tracemalloc.start()
    images = read_dataset(path, 64, 3).images
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * images.nbytes


def test_settings_are_checked():
    for wrong, message in (
        ({"background": "transparent"}, "background: expected an opaque colour"),
        ({"background": "#ff000080"}, "background: expected an opaque colour"),
        ({"fit": "stretch"}, "fit: must be 'crop' or 'pad'"),
        ({"bits": 24}, "bits: "),
        ({"labels": 1}, "did you mean 'label'"),
    ):
        with pytest.raises(CocktailError, match=message):
            parse_section(ReadingParams, wrong, "reading")
