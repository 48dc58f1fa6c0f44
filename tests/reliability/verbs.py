"""A small run of the pipeline's verbs, at toy size: what each is told, and what it makes."""

import json

import pytest

from gan_cocktail.checkpoints.model import Model, save
from tests.conftest import ROOT, TINY

TRAINING = ["--kimg", "0.016", "--settings", json.dumps({"batch_size": 8})]
EVALUATION = json.dumps({"n_images": 20, "kid_subsets": 2, "kid_subset_size": 10, "ppl_paths": 4})
FEW = ["--settings", "n_images: 20"]
STEPS = {  # in an order in which each finds its inputs: what it makes in made/, and of what
    "cat.zip": ["synthesize", "cat.safetensors", "--name", "cat", *FEW],
    "face.zip": ["synthesize", "face.safetensors", "--name", "face", *FEW],
    "cat.ref": ["reference", "made/cat.zip", "--model", "cat.safetensors", "--origin", "synthetic"],
    "face.ref": ["reference", "made/face.zip", "--model", "face.safetensors", "--origin", "synthetic"],
    "w-cat.safetensors": ["widen", "cat.safetensors", "--classes", "cat,face", "--position", "0"],
    "w-face.safetensors": ["widen", "face.safetensors", "--classes", "cat,face", "--position", "1", "--leaf"],
    "source.safetensors": [
        "train-source", "made/cat.zip", "--name", "x", "--settings",
        json.dumps({"kimg": 0.016, "network": TINY.model_dump(), "training": {"batch_size": 8}}),
    ],
    "rooted.safetensors": ["root", "made/w-cat.safetensors", "made/face.zip", "--class", "1", *TRAINING],
    "fisher.safetensors": ["fisher", "made/w-cat.safetensors", "--class", "0", "--n-images", "4"],
    "average.safetensors": ["merge", "made/w-cat.safetensors", "made/rooted.safetensors"],
    "union.safetensors": [
        "finetune", "made/average.safetensors", "made/cat.zip", "made/face.zip", *TRAINING, "--snapshots", "0.008",
    ],
    "evaluation.json": [
        "evaluate", "made/cat.ref", "made/face.ref", "--model", "made/union.safetensors", "--domains", "cat,face",
        "--settings", EVALUATION,
    ],
    "distances.json": [
        "distances", "made/w-cat.safetensors", "--before", "made/w-face.safetensors", "--after",
        "made/rooted.safetensors", "--names", "cat,face",
    ],
    "samples.png": ["samples", "made/union.safetensors", "--columns", "2"],
    "interpolate.png": ["interpolate", "made/union.safetensors", "--rows", "1", "--columns", "2"],
}  # fmt: skip
FIRST = ("cat.zip", "union.safetensors", "samples.png")  # a dataset, a training, a picture
EACH = [pytest.param(made, marks=() if made in FIRST else pytest.mark.soak) for made in STEPS]
TRAININGS = ("source.safetensors", "rooted.safetensors", "union.safetensors")


def prepare(folder):
    """The sources, and the weights of features where they are looked for."""
    (folder / "made").mkdir()
    (folder / "resources").symlink_to(ROOT / "resources")
    for seed, source in enumerate(("cat", "face")):
        save(Model.random(TINY, seed), folder / f"{source}.safetensors")


def told(made, out):
    """The arguments with which a verb makes something in the folder `out`."""
    return [*STEPS[made], "--out", f"{out}/{made}"]
