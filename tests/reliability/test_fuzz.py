"""Valid files, damaged at random: each is read, or refused with a sentence; checkpoints too in tests/checkpoints."""

import contextlib
import json
import random
import zipfile

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gan_cocktail.ancestry import ancestry
from gan_cocktail.checkpoints.model import Model, load, save
from gan_cocktail.data.dataset import read_dataset
from gan_cocktail.data.images import png, write_zip
from gan_cocktail.errors import CocktailError
from gan_cocktail.evaluation.features import Identity
from gan_cocktail.evaluation.reference import load_reference, make_reference, save_reference
from gan_cocktail.files import read_json, read_text
from gan_cocktail.params.base import parse_section
from gan_cocktail.params.experiment import Params
from gan_cocktail.params.reading import ReadingParams
from gan_cocktail.params.yaml_text import read_yaml
from gan_cocktail.training import sealed
from tests.conftest import ROOT, TINY
from tests.reliability.conftest import COUNTED

SEED = 19
TIMES = 150
IDENTITY = Identity("efficientnet_lite0", "0" * 64, "plain", 6)


def mutated(content, rng):
    """A few bytes flipped, a piece cut out, doubled, moved or zeroed, or an end that is missing."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        a = rng.randrange(len(content))
        b = min(len(content), a + rng.randint(1, 60))
        match rng.randrange(6):
            case 0:
                content[a] ^= 1 << rng.randrange(8)
            case 1:
                del content[a:b]
            case 2:
                content[a:a] = content[a:b]
            case 3:
                content[a:b] = bytes(b - a)
            case 4:
                content[a:b] = rng.randbytes(b - a)
            case 5:
                del content[max(1, a) :]
        content = content or bytearray(b"\0")
    return bytes(content)


def a_model(path, images):
    save(Model.random(TINY, 0), path)


def a_state(path, images):
    facts = {"fingerprint": "x", "steps": 1, "kimg": 0.1, "made_of": {}}
    sealed.save({"a": images[:2].float()}, facts, path)


def statistics(path, images):
    features = np.random.default_rng(0).normal(size=(9, 6))
    save_reference([make_reference(features, IDENTITY, "real", {"n": 9})], path)


def a_zip(path, images):
    write_zip(path, [images[:4]], {})


def labels(path, images):
    with zipfile.ZipFile(path, "w") as z:
        for i, image in enumerate(images[:4]):
            z.writestr(f"{i}.png", png(image))
    path.with_suffix(".json").write_text(json.dumps({"labels": [[f"{i}.png", i % 2] for i in range(4)]}))


def read_labels(path):
    """The labels are what is damaged; the images are whole."""
    index = path.with_suffix(".json")
    copy = path.with_suffix(".labelled.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as z:
        for name in source.namelist():
            z.writestr(name, source.read(name))
        z.writestr("dataset.json", index.read_bytes())
    read_dataset(copy, 16, 3, ReadingParams(label=1))


def an_image(path, images):
    path.mkdir()
    (path / "0.png").write_bytes(png(images[0]))


def params(path, images):
    path.write_bytes((ROOT / "params.yaml").read_bytes())


def read_params(path):
    written = read_yaml(read_text(path), str(path))
    parse_section(Params, written, str(path))


KINDS = {  # what makes a file, which file of it is damaged, what reads it
    "model": (a_model, "", load),
    "state": (a_state, "", lambda path: sealed.recover(path)),
    "statistics": (statistics, "", lambda path: load_reference(path, IDENTITY)),
    "zip": (a_zip, "", lambda path: read_dataset(path, 16, 3)),
    "labels": (labels, "json", read_labels),
    "folder": (an_image, "0.png", lambda path: read_dataset(path, 16, 3)),
    "params": (params, "", read_params),
    "json": (lambda path, images: path.write_text(json.dumps({"a": [1, 2, {"b": "c"}]})), "", read_json),
    "provenance": (a_model, "", lambda path: ancestry(path, True)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_are_read_or_refused_with_a_sentence(kind, images, tmp_path, record_property):
    make, part, read = KINDS[kind]
    path, rng, refused = tmp_path / "x.safetensors", random.Random(f"{SEED} {kind}"), 0
    make(path, images)
    harmed = path.with_suffix(".json") if part == "json" else path / part if part else path
    whole = harmed.read_bytes()
    read(path)
    for n in range(TIMES):
        harmed.write_bytes(mutated(whole, rng))
        try:
            read(path)
        except CocktailError:
            refused += 1
        except Exception as e:
            pytest.fail(f"{kind}, {n}: {type(e).__name__}: {e}\n{harmed.read_bytes()[:200]!r}")
    assert refused > TIMES // 20, "hardly anything was refused"
    record_property(f"{COUNTED}files fuzzed", TIMES)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_subnormal=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
WRITTEN = yaml.safe_load((ROOT / "params.yaml").read_text())


@given(st.sampled_from([*Params.model_fields, "unknown"]), VALUES)
@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_any_value_in_params_is_taken_or_refused_with_a_sentence(key, value):
    with contextlib.suppress(CocktailError):
        parse_section(Params, WRITTEN | {key: value}, "params.yaml")


HOSTILE = ["../out.png", "/tmp/out.png", "a/../../out.png", "..\\out.png", "a;b 'q' \"<b>\" $(x) ü.png", "a\nb.png"]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_in_archives_write_nothing_anywhere(name, images, tmp_path):
    """Nor do names that a shell, or a page, would take for more than names."""
    inner = tmp_path / "inner"
    inner.mkdir()
    with zipfile.ZipFile(inner / "x.zip", "w") as z:
        z.writestr(name, png(images[0]))
    before = sorted(tmp_path.rglob("*"))
    assert read_dataset(inner / "x.zip", 16, 3).read.n_images == 1
    assert sorted(tmp_path.rglob("*")) == before
