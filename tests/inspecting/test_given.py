"""What `new` takes beside single checkpoints: files of several classes whole, generated images, datasets."""

from dataclasses import replace

import pytest

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.errors import CocktailError
from gan_cocktail.inspecting.experiment import text
from gan_cocktail.inspecting.naming import choose_root, read_given
from gan_cocktail.inspecting.proposal import METHODS, cost, fit, methods_for, propose
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.training import TrainingParams
from gan_cocktail.params.yaml_text import read_yaml
from tests.conftest import TINY
from tests.data.files import fill, plain

HOW = TrainingParams(batch_size=8)
LARGE = TINY.model_copy(update={"img_resolution": 32})


@pytest.fixture
def give(tmp_path, monkeypatch):
    """A checkpoint of these classes (a number: without names; 0: of none) at NAME.safetensors, in this folder."""
    monkeypatch.chdir(tmp_path)

    def make(name, classes=0, network=TINY, with_d=True):
        names = () if isinstance(classes, int) else classes
        model = Model.random(network.model_copy(update={"c_dim": len(names) or classes}), 0)
        save(replace(model, classes=names, D=model.D if with_d else {}), tmp_path / f"{name}.safetensors")
        return f"{name}={name}.safetensors"

    return make


def pictures(folder, n, *sizes):
    """So many images, of these sizes in turn."""
    fill(folder, {f"{k}.png": plain("red", (sizes[k % len(sizes)],) * 2) for k in range(n)})
    return f"{folder.name}={folder.name}"


def sources_of(*arguments):
    return {name: source for each in read_given(*arguments) for name, source in each.sources.items()}


# A whole union


def test_the_classes_of_a_whole_file_are_sources_by_their_names(give):
    found = sources_of([give("both", ("cat", "face")), give("dog")], [], [])
    assert found == {
        "cat": {"model": "both.safetensors", "class": "cat"},
        "face": {"model": "both.safetensors", "class": "face"},
        "dog": {"model": "dog.safetensors"},
    }


@pytest.mark.parametrize(
    ("classes", "others", "expected"),
    [
        (3, ["dog"], {"both_0": "0", "both_1": "1", "both_2": "2"}),
        (("cat", "Dog"), ["dog"], {"cat": "cat", "both_Dog": "Dog"}),
        (("union", "mean"), ["dog"], {"both_union": "union", "both_mean": "mean"}),
        (("schöne Katze", "ü,ö"), ["dog"], {"sch-ne-Katze": "schöne Katze", "both": "ü,ö"}),
        (("a b", "a,b"), ["dog"], {"a-b": "a b", "both_a-b": "a,b"}),
        (("cat", "dog"), ["dog", "both_dog"], {"cat": "cat", "both_dog-2": "dog"}),
        (("both", "7"), ["dog"], {"both": "both", "both_7": "7"}),
    ],
)
def test_names_of_classes_are_made_fit_and_free(give, classes, others, expected):
    found = sources_of([*map(give, others), give("both", classes)], [], [])
    assert {name: own["class"] for name, own in found.items() if name not in others} == expected
    assert list(found)[: len(others)] == others


def test_a_whole_file_is_the_root_unless_another_is_asked_for(give):
    given = read_given([give("large", 0, LARGE), give("both", ("cat", "face"))], [], [])
    root, why = choose_root(given, "")
    assert (root.name, why) == ("both", "its 2 classes stay together")
    params = propose(given, "both", HOW, 4, ["ours"])
    assert params.mixtures["large-both"].roots == ["cat", "face"]
    assert params.total_kimg("large-both") == 8  # one is rooted
    assert choose_root(given, "large")[0].name == "large"
    assert propose(given, "large", HOW, 4, ["ours"]).mixtures["large-both"].roots == ["large"]


def test_one_class_of_a_file_is_not_the_whole(give):
    given = read_given([give("both", ("cat", "face")), give("dog")], [], ["both=face"])
    assert given[0].sources == {"both": {"model": "both.safetensors", "class": "face"}}


def test_two_whole_files_are_refused_with_the_way_out(give):
    texts = [give("a", ("cat", "face")), give("b", ("dog", "car"))]
    with pytest.raises(CocktailError, match=r"one file alone can be taken whole.*--source NAME=b.safetensors --class"):
        choose_root(read_given(texts, [], []), "")
    given = read_given([*texts, "dog=b.safetensors"], [], ["b=car", "dog=dog"])
    assert choose_root(given, "")[0].name == "a"


def test_a_whole_file_without_d_is_no_root_where_another_has_one(give):
    given = read_given([give("both", ("cat", "face"), with_d=False), give("dog")], [], [])
    assert choose_root(given, "")[0].name == "dog"
    assert propose(given, "dog", HOW, 4, ["ours"]).sources["cat"].discriminator_kimg is None
    assert (
        choose_root(given[:1] + read_given([give("x", with_d=False), give("y", with_d=False)], [], []), "")[0].name
        == "both"
    )
    asked = propose(given, "both", HOW, 4, ["ours"])
    assert [asked.sources[name].discriminator_kimg for name in ("cat", "face", "dog")] == [4, 4, None]


def test_a_new_discriminator_is_counted(give, timed, monkeypatch):
    monkeypatch.setattr("gan_cocktail.machine.facts", lambda: {"cores": "9"})
    costs = []
    for with_d in (True, False):
        given = read_given([give("both", ("cat", "face"), with_d=with_d), give("dog")], [], [])
        costs.append(cost(propose(given, "both", HOW, 4, ["ours"]), given[0], replace(timed, drawing=0)))
    assert [each.kimg for each in costs] == [8, 12]
    assert costs[1].hours / costs[0].hours == pytest.approx(12 / 8)  # one after the other, whatever the cores
    assert costs[1].disk > costs[0].disk


# Images


def test_a_folder_is_images_and_a_leaf(give, tmp_path):
    given = read_given([give("cat"), pictures(tmp_path / "mush", 30, 8)], [], [])
    assert given[1].sources == {"mush": {"images": "mush"}}
    root, _ = choose_root(given, "")
    assert root.name == "cat"
    methods = methods_for(given, "cat", HOW)
    assert methods == ["ours", "transfergan", "average_rooted"]  # the others need the model of each
    params = propose(given, "cat", HOW, 4, methods)
    assert params.evaluation.kid_subset_size == 15
    with pytest.raises(CocktailError, match="--root: 'mush' is none of the checkpoints"):
        choose_root(given, "mush")


@pytest.mark.parametrize(("sizes", "resolution"), [((40, 64), 32), ((100, 200), 32), ((31, 64), 16), ((9, 64), 16)])
def test_a_source_is_trained_at_a_size_that_its_images_have(give, tmp_path, sizes, resolution):
    given = read_given([give("cat", 0, LARGE)], [pictures(tmp_path / "real", 4, *sizes)], [])
    params = propose(given, "cat", HOW, 4, ["ours"])
    assert params.sources["real"].dataset == "real"
    trained = params.source_training
    assert (trained.network.img_resolution, trained.network.channel_max) == (resolution, LARGE.channel_max)
    assert (trained.kimg, trained.training.batch_size) == (20, HOW.batch_size)
    assert trained.training.r1_gamma == pytest.approx(0.0002 * resolution**2 / HOW.batch_size)


def test_training_a_source_is_counted(give, tmp_path, timed, monkeypatch):
    monkeypatch.setattr("gan_cocktail.machine.facts", lambda: {"cores": "1"})
    timed = replace(timed, drawing=0)
    cat, real = give("cat"), pictures(tmp_path / "real", 4, 20)
    with_dataset, with_images = (
        cost(propose(given, "cat", HOW, 4, ["ours"]), given[0], timed)
        for given in (read_given([cat], [real], []), read_given([cat, real], [], []))
    )
    assert with_dataset.kimg - with_images.kimg == 20
    assert with_dataset.hours - with_images.hours == pytest.approx(20_000 / HOW.batch_size * timed.step / 3600)
    assert with_dataset.disk > with_images.disk
    given = read_given([cat], [real], [])
    kimg = fit(given, given[0], HOW, ["ours"], timed, 0.5)
    assert cost(propose(given, "cat", HOW, kimg, ["ours"]), given[0], timed).hours <= 0.5


def test_the_file_holds_all_of_it_and_reads_back(give, tmp_path, timed):
    sources = [give("both", ("cat", "face")), pictures(tmp_path / "mush", 7, 8)]
    given = read_given(sources, [pictures(tmp_path / "real", 9, 20)], [])
    params = propose(given, "both", HOW, 0.7, methods_for(given, "both", HOW))
    written = text(tmp_path / "x.yaml", params, given, given[0], cost(params, given[0], timed), timed)
    found = parse_section(Params, read_yaml(written, "x"), "x")
    assert found == params
    told = [" ".join(line.split()) for line in written.splitlines()]
    assert "mush: # 7 images; shown as they are" in told
    assert "real: # 9 images; a source is trained on them first" in told
    assert "root: [cat, face] # all models end with its network" in told
    assert "cat, face, mush and real in one GAN" in written
    assert max(map(len, written.splitlines())) <= 120


def test_methods_that_need_equal_sources_are_left_out_of_a_union_and_another(give):
    given = read_given([give("both", 2), give("dog", 0, LARGE)], [], [])
    assert methods_for(given, "both", HOW) == [m for m in METHODS if m != "average_unrooted"]


@pytest.mark.parametrize(
    ("sources", "datasets", "classes", "message"),
    [
        (["cat", "empty=empty"], [], [], "empty: no images in it; expected files ending in .png"),
        (["cat"], ["x=cat.safetensors"], [], "cat.safetensors: expected a zip or a folder of images, found"),
        (["cat"], ["cat=mush"], [], "--dataset: cat stands twice"),
        (["cat"], ["mush"], [], "--dataset: expected 'NAME=PATH'"),
        (["cat", "mush=mush"], [], ["mush=0"], "--class: expected 'NAME=CLASS', NAME of cat, found 'mush=0'"),
        (["mush=mush"], ["again=mush"], [], "--source: expected a checkpoint among them"),
        (["cat", "none=none"], [], [], "none: no such file"),
    ],
)
def test_what_cannot_be_is_refused(give, tmp_path, sources, datasets, classes, message):
    (tmp_path / "empty").mkdir()
    pictures(tmp_path / "mush", 3, 20)
    with pytest.raises(CocktailError) as caught:
        choose_root(read_given([give("cat") if s == "cat" else s for s in sources], datasets, classes), "")
    assert message in str(caught.value)
