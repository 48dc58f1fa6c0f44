"""gan-cocktail generate: same arguments, same bytes; classes, mixes, files of w, videos."""

import json
import zipfile

import imageio.v3 as iio
import numpy as np
import pytest
import torch
from PIL import Image

from gan_cocktail.applications.seeds import latents_of
from gan_cocktail.applications.video import stops, walk
from gan_cocktail.checkpoints.model import save
from gan_cocktail.cli.generate import generate, read_seeds
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.errors import CocktailError
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.tensors import save_tensors
from tests.conftest import TINY
from tests.networks.test_networks import lively


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    model = lively(TINY.model_copy(update={"c_dim": 2}), 0)
    model.classes = ("cat", "face")
    path = tmp_path_factory.mktemp("generate") / "union.safetensors"
    save(model, path)
    return path


def call(path, out, **options):
    defaults = {
        "class_": "",
        "seeds": "",
        "psi": 1.0,
        "mix": "",
        "w": None,
        "noise": None,
        "frames": 3,
        "fps": 10,
    }
    generate(path, out, **defaults | options)
    return out


def pixels(path):
    return np.asarray(Image.open(path))


def test_a_seed_s_image_depends_on_nothing_else_that_is_drawn(path, tmp_path):
    folder = call(path, tmp_path / "many", seeds="0-5")
    alone = call(path, tmp_path / "one", seeds="4", class_="face")
    grid = call(path, tmp_path / "grid.png", seeds="3,4")
    image = pixels(folder / "face/seed00004.png")
    assert np.abs(image.astype(int) - pixels(alone / "face/seed00004.png")).max() <= 1  # a batch rounds
    assert np.abs(image.astype(int) - pixels(grid)[16:32, 16:32]).max() <= 1
    assert (pixels(folder / "cat/seed00004.png") != image).any()


@pytest.mark.parametrize("name", ["grid.png", "images.zip", "film.gif", "film.mp4"])
def test_the_same_arguments_give_the_same_bytes(path, tmp_path, name):
    one, other = (call(path, tmp_path / folder / name, seeds="0-2") for folder in ("a", "b"))
    assert one.read_bytes() == other.read_bytes()


def test_seeds_mean_what_stylegan2_s_programs_mean():
    assert latents_of([85], 4).numpy() == pytest.approx(np.random.RandomState(85).randn(1, 4), abs=1e-6)


def test_a_dataset_is_one_that_this_program_reads(path, tmp_path):
    with zipfile.ZipFile(call(path, tmp_path / "a.zip", seeds="0-4", class_="cat")) as archive:
        assert sum(name.endswith(".png") for name in archive.namelist()) == 5


def test_a_dataset_of_several_classes_says_which_each_image_is_of(path, tmp_path):
    archive = call(path, tmp_path / "a.zip", seeds="0-2", class_="face,cat", noise="none")
    labels = json.loads(zipfile.ZipFile(archive).read("dataset.json"))
    assert labels["labels"] == [[f"00000/img0000000{k}.png", int(k < 3)] for k in range(6)]
    assert labels["classes"] == ["cat", "face"]
    faces = call(path, tmp_path / "faces.zip", seeds="0-2", class_="face", noise="none")
    assert json.loads(zipfile.ZipFile(faces).read("dataset.json")) == {"labels": None}
    read = read_dataset(archive, 16, 3, ReadingParams(label="face"))
    assert torch.equal(read.images, read_dataset(faces, 16, 3).images)


def test_psi_0_is_the_class_s_mean_and_a_mix_of_one_is_the_class(path, tmp_path):
    still = pixels(call(path, tmp_path / "still.png", seeds="0-3", class_="face", psi=0.0, noise="const"))
    assert (still[:, :16] == still[:, 48:]).all()
    mix = call(path, tmp_path / "mix.png", mix="face=2", noise="none")
    assert (pixels(mix) == pixels(call(path, tmp_path / "face.png", class_="face", noise="none"))).all()
    half = pixels(call(path, tmp_path / "half.png", mix="cat=1,face=1", noise="none"))
    assert (half != pixels(mix)).any()


def test_a_file_of_w_is_drawn(path, tmp_path):
    save_tensors({"w": torch.zeros(2, 16)}, {"info": {"kind": "w"}}, tmp_path / "w.safetensors")
    image = pixels(call(path, tmp_path / "w.png", w=tmp_path / "w.safetensors", noise="const"))
    assert image.shape == (16, 32, 3)
    assert (image[:, :16] == image[:, 16:]).all()


def write_w(folder, w):
    save_tensors({"w": w}, {"info": {"kind": "w"}}, folder / "w.safetensors")
    return folder / "w.safetensors"


@pytest.mark.parametrize("shape", [(1, 5, 16), (1, 12, 16), (0, 16), (0, 6, 16), (1, 17), (16,), ()])
def test_w_of_another_shape_are_refused(path, tmp_path, shape):
    with pytest.raises(CocktailError, match=r"expected a tensor w \[N, 16\] or \[N, 6, 16\] of this model, found \["):
        call(path, tmp_path / "x.png", w=write_w(tmp_path, torch.zeros(shape)))
    assert not (tmp_path / "x.png").exists()


def test_w_that_are_no_numbers_are_refused(path, tmp_path):
    with pytest.raises(CocktailError, match="tensor w holds numbers that are not finite"):
        call(path, tmp_path / "x.png", w=write_w(tmp_path, torch.full((1, 6, 16), torch.nan)))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_": "face"}, "--class: expected none with --w, whose w are drawn as they are, found face"),
        ({"mix": "cat=1"}, "--mix: expected none with --w"),
        ({"psi": 0.0}, "--psi: expected none with --w, whose w are drawn as they are, found 0"),
        ({"seeds": "5"}, "--seeds: expected none with --w, found 5; all 2 w of"),
    ],
)
def test_what_a_file_of_w_leaves_without_effect_is_refused(path, tmp_path, options, message):
    with pytest.raises(CocktailError, match=message):
        call(path, tmp_path / "x.png", w=write_w(tmp_path, torch.zeros(2, 16)), **options)
    assert not (tmp_path / "x.png").exists()


def test_w_are_drawn_with_the_stored_noise_unless_another_is_asked_for(path, tmp_path):
    w = write_w(tmp_path, torch.zeros(2, 16))
    drawn = {
        noise: pixels(call(path, tmp_path / f"{noise}.png", w=w, noise=noise)) for noise in (None, "const", "fresh")
    }
    assert (drawn[None] == drawn["const"]).all()
    assert (drawn[None] != drawn["fresh"]).any()


def test_without_w_noise_is_a_seed_s_own(path, tmp_path):
    one, other = (call(path, tmp_path / f"{noise}.png", noise=noise) for noise in (None, "fresh"))
    assert one.read_bytes() == other.read_bytes()


def test_a_video_refuses_noise_that_it_would_not_have(path, tmp_path):
    with pytest.raises(
        CocktailError, match="--noise: expected const for a video, which has the stored noise, found none"
    ):
        call(path, tmp_path / "film.gif", noise="none")
    assert not list(tmp_path.iterdir())


def test_a_walk_changes_the_class_or_the_seed_and_comes_back():
    cat, face = torch.arange(6.0).view(3, 2), 10 + torch.arange(6.0).view(3, 2)
    through = stops([cat, face])
    expected = [cat[0], face[0], face[1], cat[1], cat[2], face[2]]
    assert torch.equal(through, torch.stack(expected))
    frames = walk(through, 4)
    assert torch.equal(frames[::4], through)
    assert len(frames) == 24
    assert torch.equal(walk(through[..., None], 4)[..., 0], frames)


def test_a_video_has_a_frame_a_step_and_a_size_that_players_show(path, tmp_path):
    film = iio.imread(call(path, tmp_path / "film.mp4", seeds="0-1", frames=5))
    assert film.shape == (2 * 2 * 5, 256, 256, 3)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seeds": "a-3"}, "--seeds: expected numbers such as 0-99 or 1,5,7, found 'a-3'"),
        ({"seeds": "5-3"}, "found none in '5-3'"),
        ({"class_": "fcae"}, "did you mean 'face'"),
        ({"mix": "cat=x"}, "--mix: expected shares such as cat=0.5, found 'cat=x'"),
        ({"mix": "cat=0"}, "do not sum to 0"),
        ({"seeds": "9-0,5"}, "found none in '9-0', which goes down"),
        ({"class_": "cat,face,0"}, "--class: expected different classes of the model's, found cat,face,0"),
        ({"mix": "cat=0.3,0=0.3,face=0.4"}, "--mix: expected each class once, found cat twice"),
        ({"mix": "cat=1", "class_": "face"}, "--class: expected none with --mix, found face"),
        ({"mix": "cat=nan,face=1"}, "--mix: expected finite shares"),
        ({"psi": float("nan")}, "--psi: expected a number from -10 to 10, found nan"),
        ({"psi": float("inf")}, "--psi: expected a number from -10 to 10, found inf"),
        ({"psi": -1e30}, "--psi: expected a number from -10 to 10, found -1e.30"),
    ],
)
def test_a_mistake_is_one_sentence(path, tmp_path, options, message):
    with pytest.raises(CocktailError, match=message.replace("(", r"\(")):
        call(path, tmp_path / "x.png", **options)
    assert not list(tmp_path.iterdir())


def test_seeds_are_lists_of_ranges():
    assert read_seeds("0-2,7, 9-9") == [0, 1, 2, 7, 9]


@pytest.mark.parametrize("name", ["walk.mov", "x.jpg", "a/b.webm"])
def test_kinds_of_files_that_are_not_written_become_no_folders(path, tmp_path, name):
    with pytest.raises(CocktailError, match=r"--out: expected \.png, \.zip, \.mp4, \.gif or a folder, found .*" + name):
        call(path, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
    call(path, tmp_path / "v1.2", seeds="0", class_="cat")  # a folder
    assert len(list((tmp_path / "v1.2").iterdir())) == 1


def test_classes_keep_apart_in_one_folder(path, tmp_path):
    """Who draws one class after the other into a folder gets both, not the second over the first."""
    folder = call(path, tmp_path / "images", seeds="0-2", class_="face")
    before = pixels(folder / "face/seed00001.png")
    call(path, folder, seeds="0-1", class_="cat")
    assert sorted(str(p.relative_to(folder)) for p in folder.rglob("*.png")) == [
        *(f"cat/seed0000{k}.png" for k in range(2)),
        *(f"face/seed0000{k}.png" for k in range(3)),
    ]
    assert (pixels(folder / "face/seed00001.png") == before).all()
