"""Datasets that are not held in memory: the same images, the same words, the same errors."""

import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from PIL import Image

from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.streamed import Streamed, in_order
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.reading import ReadingParams
from tests.data.files import encoded, fill, plain
from tests.data.test_dataset import deep, zipped


def noisy(seed, size=(40, 24), kind="PNG"):
    pixels = np.random.default_rng(seed).integers(0, 256, (*size[::-1], 3), np.uint8)
    return encoded(Image.fromarray(pixels), kind)


FILES = {f"{i % 3}/{i}.png": noisy(i) for i in range(20)} | {"x.jpg": noisy(20, kind="JPEG"), "y.txt": b"hello"}


def both(path, channels=3, **reading):
    how = ReadingParams(**reading)
    return read_dataset(path, 16, channels, how), read_dataset(path, 16, channels, how, held=0)


@pytest.mark.parametrize("make", [fill, lambda path, files: zipped(path / "x.zip", files)])
@pytest.mark.parametrize("channels", [1, 3])
def test_streamed_images_are_the_held_ones(tmp_path, make, channels):
    held, streamed = both(make(tmp_path, FILES), channels, fit="pad", background="red")
    assert isinstance(streamed.images, Streamed)
    assert len(streamed.images) == len(held.images) == 21
    assert torch.equal(torch.stack([*streamed.images]), held.images)
    for a, b in zip(streamed.images.split(8), held.images.split(8), strict=True):
        assert torch.equal(a, b)
    assert streamed.sha256 == held.sha256
    assert streamed.read.facts("pets") == held.read.facts("pets")


def test_a_set_is_held_up_to_the_bound(tmp_path):
    path, size = fill(tmp_path, FILES), 21 * 3 * 16 * 16
    assert isinstance(read_dataset(path, 16, 3, held=size).images, torch.Tensor)
    assert isinstance(read_dataset(path, 16, 3, held=size - 1).images, Streamed)


@pytest.mark.parametrize(
    "files",
    [
        FILES | {"broken.png": noisy(0)[:60], "empty.png": b"", "small.png": plain(size=(8, 8))},
        deep(10, 900, 4000),
        {"a.txt": b""},
    ],
    ids=["unreadable files", "a depth that is not known", "no image"],
)
def test_both_refuse_the_same_with_the_same_words(tmp_path, files):
    path, told = fill(tmp_path, files), []
    for held in (2**30, 0):
        with pytest.raises(CocktailError) as e:
            read_dataset(path, 16, 3, held=held)
        told.append(str(e.value))
    assert told[0] == told[1]


def test_threads_may_read_one_zip_at_a_time(tmp_path):
    limit = Image.MAX_IMAGE_PIXELS
    held, streamed = both(zipped(tmp_path / "x.zip", FILES))
    chosen = torch.randint(0, 21, (2000,), generator=torch.Generator().manual_seed(0)).tolist()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(streamed.images.__getitem__, chosen))
    assert torch.equal(torch.stack(found), held.images[chosen])
    assert limit == Image.MAX_IMAGE_PIXELS


def test_a_file_that_goes_while_it_is_used_is_named(tmp_path):
    _, streamed = both(fill(tmp_path, FILES))
    (tmp_path / "0/3.png").write_bytes(b"something else")
    with pytest.raises(CocktailError, match=r"0/3\.png: not a readable image .*leave images as they are"):
        list(streamed.images)


def test_looking_at_a_large_set_takes_no_memory(tmp_path):
    path = zipped(tmp_path / "x.zip", {f"{i}.png": plain(size=(64, 64)) for i in range(400)})
    read_dataset(path, 64, 3, held=0)  # Pillow imports its plugins at the first image
    tracemalloc.start()
    found = read_dataset(path, 64, 3, held=0)
    for batch in found.images.split(10):
        assert batch.shape == (10, 3, 64, 64)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.3 * 400 * 3 * 64 * 64


def test_results_come_in_order_and_a_few_ahead():
    begun = []

    def work(i):
        begun.append(i)
        return i * i

    results = in_order(work, range(1000))
    assert [next(results) for _ in range(10)] == [i * i for i in range(10)]
    assert len(begun) < 100
    assert list(results) == [i * i for i in range(10, 1000)]
