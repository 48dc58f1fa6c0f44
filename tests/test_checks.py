"""Misfits among the files that an experiment names are told before anything runs."""

import re

import pytest

from gan_cocktail.checkpoints.model import Model, save
from gan_cocktail.checks import check_inputs
from gan_cocktail.errors import CocktailError
from gan_cocktail.files import sha256
from gan_cocktail.params.evaluation import DEFAULT
from gan_cocktail.params.experiment import Params
from gan_cocktail.plan.experiment import Plan
from gan_cocktail.tensors import save_tensors
from tests.conftest import ROOT, SHIPPED, TINY


@pytest.fixture
def experiment(tmp_path, monkeypatch):
    """Parameters of a mixture of sources a and b, whose networks and extractor can be chosen."""

    monkeypatch.chdir(ROOT)

    def make(a=TINY, b=TINY, extractor=DEFAULT, weights=None, n_images=500, **more):
        made_with = {extractor: {"name": extractor, "weights_sha256": weights or sha256(SHIPPED)}}
        sources = {}
        for name, network in (("a", a), ("b", b)):
            path = tmp_path / f"{name}.safetensors"
            save(Model.random(network, 0), path)
            save_tensors({}, {"extractors": made_with, "n_images": n_images}, tmp_path / f"{name}.ref")
            sources[name] = {"model": str(path), "reference": str(tmp_path / f"{name}.ref")}
        return Plan(Params(sources=sources, mixtures={"m": {"sources": ["a", "b"]}}, **more))

    return make


def refused(plan, message):
    with pytest.raises(CocktailError, match=re.escape(message)):
        check_inputs(plan)


def test_sources_that_fit_pass(experiment):
    check_inputs(experiment())


def test_a_reference_of_another_extractor(experiment):
    refused(
        experiment(extractor="inception_v3"),
        "made with inception_v3 features, but evaluation.features has efficientnet_lite0",
    )


def test_a_reference_that_lacks_one_of_several_extractors(experiment):
    both = {"evaluation": {"features": [DEFAULT, "inception_v3"]}}
    refused(experiment(**both), f"made with {DEFAULT} features, but evaluation.features has inception_v3")


def test_a_reference_of_an_earlier_version(experiment, tmp_path):
    plan = experiment()
    save_tensors({}, {"extractor": {"name": "embedded"}, "n_images": 500}, tmp_path / "a.ref")
    refused(plan, "was made with embedded features by an earlier version; make it anew with gan-cocktail reference")


def test_a_reference_of_retrained_features(experiment):
    refused(
        experiment(weights="abc"), "was made with other weights than resources/features/efficientnet_lite0.safetensors"
    )


def test_a_reference_of_too_few_images(experiment):
    refused(experiment(n_images=499), "is of 499 images, fewer than evaluation.kid_subset_size (500)")


def test_a_model_in_place_of_a_reference(experiment, tmp_path):
    plan = experiment()
    (tmp_path / "a.safetensors").replace(tmp_path / "a.ref")
    save(Model.random(TINY, 0), tmp_path / "a.safetensors")
    refused(plan, "holds no statistics; is it a model?")


def test_sources_of_any_size_are_rooted_but_not_averaged_as_they_are(experiment):
    large = TINY.model_copy(update={"img_resolution": 32})
    for networks in ({"a": large}, {"b": large}):
        assert check_inputs(experiment(**networks, methods=["ours"])) == []
        refused(experiment(**networks), "a and b differ in img_resolution, so their weights cannot be averaged")


def test_colour_and_grey_do_not_mix(experiment):
    refused(experiment(b=TINY.model_copy(update={"img_channels": 1})), "a draws 3 channels and b 1")


def test_different_architectures_mix_but_cannot_be_averaged_unrooted(experiment):
    wide = TINY.model_copy(update={"channel_max": 8, "z_dim": 8})
    refused(experiment(b=wide), "a and b differ in z_dim, channel_max")
    check_inputs(experiment(b=wide, methods=["ours", "transfergan"]))


def test_a_source_of_many_classes(experiment):
    refused(experiment(a=TINY.model_copy(update={"c_dim": 4})), "has 4 classes")


@pytest.fixture
def pets(tmp_path):
    """A mixture with one class of a union GAN."""

    def make(asked, classes=("cat", "dog", "bird"), **more):
        model = Model.random(TINY.model_copy(update={"c_dim": 3}), 0)
        model.classes, model.info = classes, {}
        save(model, tmp_path / "pets")
        save(Model.random(TINY, 0), tmp_path / "face")
        sources = {"pet": {"model": str(tmp_path / "pets"), "class": asked}, "face": {"model": str(tmp_path / "face")}}
        return Plan(Params(sources=sources, mixtures={"m": {"sources": ["face", "pet"]}}, **more))

    return make


@pytest.mark.parametrize("asked", ["dog", 1, "1", 0])
def test_one_class_of_a_source_is_a_domain(pets, asked):
    check_inputs(pets(asked))
    check_inputs(pets(0, ()))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (None, "sources.pet.class: expected one of cat, dog, bird ("),
        (None, "pets has 3 classes), found none; say which"),
        ("dgo", "found dgo, did you mean 'dog'?"),
        (3, "sources.pet.class: expected 0 to 2 ("),
    ],
)
def test_a_class_that_is_not_there_is_told_at_once(pets, asked, message):
    refused(pets(asked), message)


def union(tmp_path, one, other):
    sources = {"one": {"model": str(tmp_path / "pets"), "class": one}}
    sources |= {"other": {"model": str(tmp_path / "pets"), "class": other}, "face": {"model": str(tmp_path / "face")}}
    mixture = {"sources": [*sources], "root": ["one", "other"]}
    return Plan(Params(sources=sources, mixtures={"m": mixture}, methods=["ours", "average_unrooted"]))


def test_classes_of_a_root_differ_by_name_and_number(pets, tmp_path):
    pets("dog")
    assert check_inputs(union(tmp_path, "dog", 0)) == []
    refused(union(tmp_path, "dog", 1), "mixtures.m.root: one and other are the same class of ")
    refused(union(tmp_path, "dog", "fish"), "sources.other.class: expected 0 to 2 (")


def test_names_are_for_models_that_have_them(pets):
    refused(pets("dog", ()), "sources.pet.class: expected 0 to 2 (")


def test_a_root_needs_a_discriminator_and_what_is_rooted_does_not(tmp_path):
    save(Model.random(TINY, 0), tmp_path / "whole")
    save(Model(TINY.model_copy(update={"mbstd_group_size": 2}), Model.random(TINY, 1).G), tmp_path / "drawn")
    sources = {name: {"model": str(tmp_path / name)} for name in ("whole", "drawn")}

    def plan(root, sources=sources, **more):
        return Plan(Params(sources=sources, mixtures={"m": {"sources": [*sources], "root": root}}, **more))

    assert check_inputs(plan("whole")) == []  # its discriminator's settings are not known: they do not count
    key = "set sources.drawn.discriminator_kimg to the kimg over which a new one is trained"
    refused(plan("drawn"), f"drawn, the root, has no discriminator; set its `root` to whole, or {key}")
    alone = {name: {"model": str(tmp_path / "drawn")} for name in ("one", "two")}
    refused(plan("one", alone), "has no discriminator; take a checkpoint that has one, or set sources.one.discrim")
    given = {name: source | {"discriminator_kimg": 2} for name, source in sources.items()}
    assert check_inputs(plan("drawn", sources | {"drawn": given["drawn"]}, methods=["ours"])) == []
    assert check_inputs(plan("whole", sources | {"drawn": given["drawn"]})) == []  # where it is the root, it gets one
    unlike = "whole and drawn differ in mbstd_group_size, so their weights cannot be averaged"  # of the new one
    refused(plan("drawn", sources | {"drawn": given["drawn"]}), unlike)
    refused(plan("whole", given), "sources.whole.discriminator_kimg: ")
    refused(plan("whole", given), "whole has a discriminator, and a new one is for a model that has none; drop the key")


@pytest.fixture
def boxed(tmp_path):
    """A mixture with the images of a black box."""

    def make(methods):
        save(Model.random(TINY, 0), tmp_path / "face")
        if not (tmp_path / "box").exists():
            (tmp_path / "box").mkdir()
        sources = {"face": {"model": str(tmp_path / "face")}, "box": {"images": str(tmp_path / "box")}}
        return Plan(Params(sources=sources, mixtures={"m": {"sources": ["face", "box"]}}, methods=methods))

    return make


def test_methods_that_need_every_model_are_left_out_of_mixtures_with_images(boxed):
    assert check_inputs(boxed(["ours", "transfergan"])) == []
    (said,) = check_inputs(boxed(["ours", "average_unrooted", "ensemble"]))
    assert said == (
        "mixtures.m: without average_unrooted and ensemble: they need a model of every source, and of box there are "
        "images alone"
    )
    refused(boxed(["ensemble"]), "mixtures.m: none of the methods is possible (they need a model of every source")
    refused(boxed(["ours", "upper_bound"]), "upper_bound is trained on real images, but no mixture has a `dataset`")


def test_images_are_a_zip_or_a_folder(boxed, tmp_path):
    assert check_inputs(boxed(["ours"])) == []
    (tmp_path / "box").rmdir()
    save(Model.random(TINY, 0), tmp_path / "box")
    refused(boxed(["ours"]), "box: expected a zip or a folder of images, found ")


def test_a_file_of_another_kind(experiment, tmp_path):
    plan = experiment()
    (tmp_path / "a.safetensors").write_bytes(b"\x80\x04.")
    refused(plan, "a.safetensors: a damaged file")
    (tmp_path / "a.safetensors").write_bytes(b"<html>")
    refused(plan, "expected the model of source a, found a web page")


def test_files_that_are_not_there_are_all_told_by_their_keys(experiment, tmp_path):
    plan = experiment()
    (tmp_path / "a.safetensors").unlink()
    (tmp_path / "b.ref").unlink()
    refused(plan, f"sources.a.model: {tmp_path / 'a.safetensors'}: no such file; check the path")
    refused(plan, f"sources.b.reference: {tmp_path / 'b.ref'}: no such file; check the path")


def weighed(merge, method="ours"):
    return {"methods": ["v"], "variants": {"v": {"method": method, "merge": merge}}}


def test_a_way_to_merge_has_a_number_for_each_model(experiment):
    check_inputs(experiment(**weighed({"way": "mean", "weights": [1, 2]})))
    message = "variants.v.merge: expected 2 weights for mixture m, of a, b in this order, found 3"
    refused(experiment(**weighed({"way": "mean", "weights": [1, 2, 3]})), message)
    refused(experiment(**weighed({"way": "layers", "layers": {"4": [1, 0], "8": [1, 0, 0]}})), message)


def test_an_arc_is_between_two(experiment, tmp_path):
    two = experiment(**weighed("slerp"))
    check_inputs(two)
    three = two.params.model_dump(by_alias=True)
    three["sources"]["c"] = three["sources"]["b"]
    three["mixtures"]["m"]["sources"].append("c")
    refused(Plan(Params(**three)), "variants.v.merge: slerp is between two models, and mixture m has 3 (a, b, c)")


def test_models_that_differ_are_aligned_no_more_than_averaged(experiment):
    plan = experiment(b=TINY.model_copy(update={"w_dim": 8}), **weighed("aligned", "average_unrooted"))
    refused(plan, "so their weights cannot be averaged as they are; leave v out of methods")
