"""Where real images come from: fixed datasets, and sources drawn from anew."""

import pytest
import torch

from gan_cocktail.checkpoints.model import Model
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.images import to_uint8, write_zip
from gan_cocktail.training.streams import FixedDatasets, FreshImages, PerClass
from tests.conftest import TINY

CPU = torch.device("cpu")


def constant(value):
    """A source that draws one grey, whatever its latent."""
    model = Model.random(TINY, 0)
    for name, tensor in model.G.items():
        if "torgb" in name or "noise_strength" in name:
            tensor.zero_()
    model.G["synthesis.b16.torgb.bias"].fill_(value)
    return model


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def test_each_label_gets_an_image_of_its_own_source():
    stream = FreshImages([constant(-0.5), constant(0.25), constant(0.75)], (3, 16, 16), CPU)
    labels = torch.tensor([2, 0, 1, 1, 0, 2])
    images = stream.draw(labels, rng())
    expected = to_uint8(torch.tensor([-0.5, 0.25, 0.75]))
    assert torch.equal(images.float().mean([1, 2, 3]).to(torch.uint8), expected[labels])


def test_classes_can_be_drawn_by_streams_of_their_own():
    fixed = FixedDatasets([torch.full((3, 3, 16, 16), 7, dtype=torch.uint8), None, None], CPU)
    fresh = FreshImages([None, constant(0.25), constant(0.75)], (3, 16, 16), CPU)
    stream = PerClass([fixed, fresh], [0, 1, 1])
    values = torch.cat([torch.tensor([7], dtype=torch.uint8), to_uint8(torch.tensor([0.25, 0.75]))])
    for labels in (torch.tensor([2, 0, 1, 1, 0, 2]), torch.tensor([0, 0]), torch.tensor([2, 1])):
        images = stream.draw(labels, rng())
        assert torch.equal(images.float().mean([1, 2, 3]).to(torch.uint8), values[labels])


def test_fresh_images_are_new_each_time_and_the_same_for_the_same_stream():
    stream = FreshImages([Model.random(TINY, 0)], (3, 16, 16), CPU)
    labels, one = torch.zeros(4, dtype=torch.long), rng()
    a, b = stream.draw(labels, one), stream.draw(labels, one)
    assert not torch.equal(a, b)
    assert torch.equal(a, stream.draw(labels, rng()))
    assert len(a.flatten(1).unique(dim=0)) == 4


def test_truncation_draws_images_that_are_more_alike():
    wide, narrow = (FreshImages([Model.random(TINY, 0)], (3, 16, 16), CPU, psi) for psi in (1.0, 0.0))
    labels = torch.zeros(16, dtype=torch.long)
    assert narrow.draw(labels, rng()).float().std(0).mean() < wide.draw(labels, rng()).float().std(0).mean()


@pytest.mark.parametrize("resolution", [4, 8])
def test_larger_sources_are_reduced_to_the_union(resolution):
    images = FreshImages([constant(0.5)], (3, resolution, resolution), CPU).draw(
        torch.zeros(2, dtype=torch.long), rng()
    )
    assert images.shape == (2, 3, resolution, resolution)
    assert torch.equal(images, to_uint8(torch.tensor(0.5)).expand_as(images))


def test_fixed_datasets_draw_every_image_of_a_class_and_no_other():
    sets = [torch.full((3, 1, 2, 2), 10) + torch.arange(3)[:, None, None, None], None, torch.full((2, 1, 2, 2), 90)]
    stream = FixedDatasets([None if s is None else s.to(torch.uint8) for s in sets], CPU)
    drawn = stream.draw(torch.tensor([0, 2]).repeat(200), rng())[:, 0, 0, 0]
    assert set(drawn[::2].tolist()) == {10, 11, 12}
    assert set(drawn[1::2].tolist()) == {90}


@pytest.fixture
def streamed(images, tmp_path):
    """The images of the fixture, left in a zip."""
    write_zip(tmp_path / "x.zip", [images], {})
    return read_dataset(tmp_path / "x.zip", 16, 3, held=0).images


def test_images_that_are_not_held_are_drawn_as_if_they_were(images, streamed):
    labels = torch.tensor([2, 0, 0, 2, 1, 1, 0])
    others = images.flip(0)[:5], images[7:9]
    held = FixedDatasets([images, *others], CPU).draw(labels, rng())
    assert torch.equal(FixedDatasets([streamed, *others], CPU).draw(labels, rng()), held)


def test_asking_uses_up_all_randomness_and_takes_the_images_later(images, streamed):
    labels = torch.tensor([1, 0, 1, 1])
    for stream in (
        FixedDatasets([images, images], CPU),
        FixedDatasets([streamed, images], CPU),
        FreshImages([Model.random(TINY, 0)] * 2, (3, 16, 16), CPU),
        PerClass(
            [FixedDatasets([streamed, None], CPU), FreshImages([None, Model.random(TINY, 0)], (3, 16, 16), CPU)], [0, 1]
        ),
    ):
        one = rng()
        asked, state = stream.ask(labels, one), one.get_state()
        assert torch.equal(asked(), stream.draw(labels, rng()))
        assert torch.equal(one.get_state(), state)
